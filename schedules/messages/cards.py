"""What a printed appointment card says: for patients who cannot be reminded by e-mail, and as quiet as an e-mail."""

import datetime as dt
from dataclasses import dataclass

from schedules.messages.rendering import first_name_of, language_of, place_lines
from schedules.messages.visits import Visit


@dataclass(frozen=True, slots=True)
class Card:
    """One card. Without `on` the date is to be written in by hand, without `at` the time."""

    first_name: str
    on: dt.date | None
    at: dt.time | None
    place: list[str]
    phone: str
    ten_minutes_more: bool
    language: str


def card_of(visit: Visit, *, today: dt.date) -> Card:
    """The card for a visit; a day that has passed is not printed."""
    patient, clinic = visit.patient, visit.patient.clinic
    coming = visit.on >= today
    return Card(
        first_name=first_name_of(patient),
        on=visit.on if coming else None,
        at=visit.at if coming else None,
        place=place_lines(clinic),
        phone=clinic.phone,
        ten_minutes_more=visit.ten_minutes_more,
        language=language_of(patient.language),
    )
