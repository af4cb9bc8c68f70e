"""A batch that was withdrawn, and people who had it."""

import datetime as dt
from typing import Any

from django.utils import timezone

from patients.batches import WhichBatch
from patients.models import Batch, Injection, Patient
from schedules.actions.refresh import refresh_patients
from tests.factories import BatchFactory, DecisionFactory, InjectionFactory, ProductFactory
from tests.record.desk import Desk, address

NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)  # a Monday
GIVEN = dt.date(2026, 10, 5)


class Recall:
    """`batch` H4390D is withdrawn; `shelf` is its product."""

    def __init__(self, desk: Desk | None = None) -> None:
        self.desk = desk or Desk()
        self.desk.look()
        self.shelf = ProductFactory(clinic=self.desk.clinic)
        self.batch: Batch = BatchFactory(
            clinic=self.desk.clinic,
            product=self.shelf,
            number="H4390D",
            withdrawn_at=timezone.now(),
            withdrawn_reason="Particles seen",
        )

    @property
    def which(self) -> WhichBatch:
        return WhichBatch.on_shelf(Batch.objects.select_related("product", "clinic").get(pk=self.batch.pk))

    def had(self, *, on: dt.date = GIVEN, patient: Patient | None = None, **fields: Any) -> Patient:
        """Somebody who had a dose of it; `batch_number` alone for a number that was typed."""
        dose = {name: fields.pop(name) for name in list(fields) if name in DOSE_FIELDS}
        patient = patient or self.desk.patient(**({"phone": "020 7946 0001"} | fields))
        self.desk.look()
        if "batch_number" not in dose:
            dose |= {"batch": self.batch, "batch_number": self.batch.number}
        nurse = self.desk.users["nurse"]
        InjectionFactory(patient=patient, on=on, given_by=nurse, recorded_by=nurse, **dose)
        return patient

    def died(self, patient: Patient) -> Patient:
        self.desk.look()
        DecisionFactory(patient=patient, on=GIVEN, protocol="alternate_day")
        DecisionFactory(patient=patient, on=GIVEN, kind="close", reason="died", protocol="")
        refresh_patients([patient.pk], cause="test")
        return patient

    def url(self, name: str = "batch", *more: Any) -> str:
        return address(name, None, self.batch.pk, *more)


DOSE_FIELDS = {f.name for f in Injection._meta.get_fields()} - {"patient", "clinic", "phone"}
