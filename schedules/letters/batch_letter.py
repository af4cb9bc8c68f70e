"""The letter to somebody who had a dose of a batch that was withdrawn. Pure."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.batches import WhichBatch
from patients.templatetags.clinic_words import day
from patients.vocabulary import Place
from schedules.batch_people import PersonLine
from schedules.letters.parts import Letter, all_of, identity_of, letterhead

NOTHING, PHONE = "nothing", "phone"
ASKS = [
    (NOTHING, gettext_lazy("They need do nothing")),
    (PHONE, gettext_lazy("They are asked to phone")),
]


@dataclass(frozen=True, slots=True)
class Wording:
    """What a person typed before printing: what happened, and whether the reader is asked to phone (empty: not
    chosen yet, and shown as a gap)."""

    words: str
    asks: str


def batch_letter(which: WhichBatch, person: PersonLine, wording: Wording, *, today: dt.date) -> Letter:
    """Calm: what was given when, that the batch was withdrawn, what happened, what to do."""
    clinic, patient = which.clinic, person.patient
    return Letter(
        title=_("About an injection you had"),
        clinic=clinic.name,
        clinic_lines=letterhead(clinic),
        date=day(today),
        identity=identity_of(patient),
        to=(patient.name,),
        opening=(
            _("Dear %(name)s,") % {"name": patient.name},
            *_given(which, person),
            *(line.strip() for line in wording.words.splitlines() if line.strip()),
        ),
        closing=_what_to_do(wording.asks, clinic.phone),
        signed=(clinic.name,),
    )


def _given(which: WhichBatch, person: PersonLine) -> tuple[str, ...]:
    days = sorted({dose.on for dose in person.doses})
    here = all(dose.place == Place.HERE for dose in person.doses)
    found = {"days": all_of(days), "number": which.number, "clinic": which.clinic.name}
    if here:
        given = _("On %(days)s you had an injection at %(clinic)s from batch %(number)s.") % found
    else:
        given = _("On %(days)s you had an injection from batch %(number)s. We have it on record.") % found
    return (f"{given} {_('This batch has been withdrawn since then and is no longer used.')}",)


def _what_to_do(asks: str, phone: str) -> tuple[str, ...]:
    on = _(" on %(phone)s") % {"phone": phone} if phone else ""
    if asks == PHONE:
        first = _(
            "Please phone us%(on)s when it suits you in the next days, and say that you have had this letter."
        )
        return (first % {"on": on}, _("Your next appointment stays as it is."))
    if asks != NOTHING:
        return ("…",)
    return (
        _("You need do nothing. Your next appointment stays as it is."),
        _("If you do not feel well, or have a question, please phone us%(on)s.") % {"on": on},
    )
