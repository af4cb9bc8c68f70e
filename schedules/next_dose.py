"""What would follow a dose given now: shown before it is saved, so that nothing surprises."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from patients.actions.injections import Dose
from patients.models import Patient
from schedules.actions.log_injection import judge_dose
from schedules.facts import facts_for
from schedules.rules import facts as rules
from schedules.rules.evaluate import evaluate
from schedules.rules.results import EventKind, RequestCode


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The codes that recording the dose would meet, and the dates of the dose after it (none: no plan)."""

    codes: Sequence[RequestCode] = field(default=())
    due_on: dt.date | None = None
    book_on: dt.date | None = None

    @property
    def asks_reason(self) -> bool:
        return any(code.strength == "soft" for code in self.codes)


def foresee(patient: Patient, dose: Dose, *, today: dt.date) -> Foreseen:
    """Judge the dose and evaluate the patient as if it had been given; writes nothing."""
    facts = facts_for([patient])[patient.pk]
    codes = judge_dose(facts, dose, today=today).codes
    given = rules.Injection(dose.on, dose.at, dose.drug, dose.dose_ug, dose.route, "foreseen")
    after = evaluate(
        replace(facts, injections=(*facts.injections, given)), as_of=today, horizon_days=0
    ).open_events
    follows = next((event for event in after if event.kind is EventKind.INJECTION), None)
    if follows is None:
        return Foreseen(codes)
    return Foreseen(codes, follows.due_on, follows.book_on)
