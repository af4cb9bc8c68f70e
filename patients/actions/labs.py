"""Record laboratory results as reported."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from patients.actions.once import claim_form
from patients.actions.records import lock_patient, tell_calendar
from patients.analytes import ANALYTES
from patients.models import LabResult, Patient


@dataclass(frozen=True, slots=True)
class Reported:
    """One value of a panel, as the laboratory wrote it; `unit` is the UCUM spelling of its analyte's row."""

    analyte: str
    value: Decimal
    value_text: str
    unit: str
    comparator: str = ""
    override_reason: str = ""
    override_note: str = ""

    @property
    def canonical(self) -> Decimal | None:
        """The value in the analyte's canonical unit, for charts; none with a comparator."""
        if self.comparator:
            return None
        factor = ANALYTES[self.analyte].by_code[self.unit].factor
        return (self.value * factor.numerator / factor.denominator).quantize(Decimal("0.000001"))


@dataclass(frozen=True, slots=True)
class Draw:
    """When the blood was taken, and whether before that day's dose (null: not known)."""

    on: dt.date
    at: dt.time | None = None
    before_dose: bool | None = None
    laboratory: str = ""


def record_results(
    *, patient: Patient, draw: Draw, results: Sequence[Reported], token: uuid.UUID, by: Any
) -> list[LabResult]:
    """Store a panel; the calendar and flags follow at once. The requests were judged before (record_lab)."""
    claim_form(token=token, by=by)
    lock_patient(patient)
    rows = LabResult.objects.bulk_create(
        LabResult(
            clinic_id=patient.clinic_id,
            patient=patient,
            analyte=result.analyte,
            value=result.value,
            value_text=result.value_text,
            comparator=result.comparator,
            unit=result.unit,
            canonical_value=result.canonical,
            drawn_on=draw.on,
            drawn_at=draw.at,
            before_dose=draw.before_dose,
            laboratory=draw.laboratory,
            override_reason=result.override_reason,
            override_note=result.override_note,
            recorded_by=by,
        )
        for result in results
    )
    tell_calendar(patient, cause=f"labresult:{rows[0].pk}")
    return rows
