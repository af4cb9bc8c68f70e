"""Evaluate patients again and bring the read model, the forecast and the flags up to what the rules say.

Called in the transaction of every write (through `record_changed`), by the sweep when a forecast runs out, and
by `rebuild_schedules`. A fixed number of queries for any number of patients.
"""

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from patients.models import Patient
from schedules.actions.raise_flags import Found, reconcile_flags
from schedules.facts import facts_for
from schedules.models import Forecast, OpenEvent, PatientSchedule
from schedules.rules.evaluate import evaluate, forecast
from schedules.rules.facts import Facts
from schedules.rules.results import Evaluation, Event, EventKind, Finding, ForecastSpan
from schedules.workflow import noted_of, workflow_findings, workflow_spans

log = logging.getLogger(__name__)
FORECAST_DAYS = 400
# Raised when the rules change what they answer: stored calendars with an older one are rebuilt.
ENGINE_VERSION = "3"
BATCH = 200
# Patients as they are in the database now, with their clinic, and their facts.
Known = Mapping[Patient, Facts]
BLOOD_KINDS = frozenset({EventKind.CHECK, EventKind.PREGNANCY_CHECK, EventKind.PANEL})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rules say of one patient today and what will change by time alone; `findings` and `spans` are the
    guideline's and the workflow's."""

    patient: Patient
    evaluation: Evaluation
    findings: tuple[Finding, ...]
    spans: tuple[ForecastSpan, ...]
    forecast_until: dt.date

    @property
    def today(self) -> dt.date:
        return self.evaluation.as_of

    def schedule(self) -> PatientSchedule:
        """The patient's row of the read model."""
        found, dose = self.evaluation, _next_dose(self.evaluation.open_events)
        blood = _next_blood(found.open_events)
        return PatientSchedule(
            patient_id=self.patient.pk,
            clinic_id=self.patient.clinic_id,
            phase=found.phase,
            protocol=found.protocol or "",
            interval=found.interval or "",
            doses_in_phase=found.doses_in_phase,
            plan_started_on=found.plan_started_on,
            last_dose_on=found.last_dose_on,
            stability_counter=found.stability_counter,
            b12_corrected=found.b12_corrected,
            due_on=dose.due_on if dose else None,
            book_on=dose.book_on if dose else None,
            missed_on=dose.missed_on if dose else None,
            blood_from=blood.earliest_on if blood else None,
            blood_due_on=blood.due_on if blood else None,
            blood_book_on=blood.book_on if blood else None,
            evaluated_on=self.today,
            forecast_until=self.forecast_until,
            engine_version=ENGINE_VERSION,
        )

    def open_events(self) -> list[OpenEvent]:
        """The patient's open events."""
        return [
            OpenEvent(
                clinic_id=self.patient.clinic_id,
                patient_id=self.patient.pk,
                kind=event.kind.value,
                earliest_on=event.earliest_on,
                due_on=event.due_on,
                book_on=event.book_on,
                missed_on=event.missed_on,
                contents=list(event.contents),
                rules=list(event.rules),
                reason=event.reason,
            )
            for event in self.evaluation.open_events
        ]

    def forecasts(self) -> list[Forecast]:
        """What rises and falls by time alone; what stands today is marked as raised."""
        return [
            Forecast(
                clinic_id=self.patient.clinic_id,
                patient_id=self.patient.pk,
                code=span.finding.code,
                severity=span.finding.severity,
                rises_on=span.rises_on,
                falls_on=span.falls_on,
                rules=list(span.finding.rules),
                facts=span.finding.facts,
                reason=span.finding.reason,
                next_step=span.finding.next_step,
                raised=span.rises_on <= self.today,
            )
            for span in self.spans
        ]


def _next_dose(events: Iterable[Event]) -> Event | None:
    return next((event for event in events if event.kind is EventKind.INJECTION), None)


def _next_blood(events: Iterable[Event]) -> Event | None:
    return min((event for event in events if event.kind in BLOOD_KINDS), key=lambda e: e.due_on, default=None)


def answers_for(
    patient_ids: Collection[int], *, as_of: dt.date | None = None, known: Known | None = None
) -> list[Answer]:
    """Evaluate the patients, each on its clinic's civil date unless `as_of` is given; writes nothing.

    `known` spares reading patients and facts again where the caller just has.
    """
    if known is None:
        patients = list(Patient.objects.filter(pk__in=patient_ids).select_related("clinic").order_by("pk"))
        facts = facts_for(patients)
    else:
        patients, facts = list(known), {patient.pk: found for patient, found in known.items()}
    days = {patient.pk: as_of or patient.clinic.today() for patient in patients}
    evaluations = {pk: evaluate(facts[pk], as_of=today) for pk, today in days.items()}
    noted = noted_of({pk: evaluation.phase for pk, evaluation in evaluations.items()})
    found = []
    for patient in patients:
        today, evaluation, work = days[patient.pk], evaluations[patient.pk], noted[patient.pk]
        until = today + dt.timedelta(FORECAST_DAYS)
        changes_on = evaluation.next_event_change_on
        if changes_on is not None:
            # An open event changes by time alone (a pregnancy record begins …): evaluate again on that day.
            until = min(until, changes_on - dt.timedelta(1))
        spans = forecast(facts[patient.pk], as_of=today, until=until)
        spans = (*spans, *workflow_spans(work, start=today, until=until))
        findings = (*evaluation.findings, *workflow_findings(work, on=today))
        found.append(Answer(patient, evaluation, findings, spans, until))
    return found


_SCHEDULE_FIELDS = [
    field.name for field in PatientSchedule._meta.concrete_fields if field.name not in {"patient", "clinic"}
]


def refresh_patients(
    patient_ids: Collection[int],
    *,
    cause: str,
    as_of: dt.date | None = None,
    known: Known | None = None,
) -> list[Answer]:
    """Evaluate and store. `cause` names the record that did it ("injection:17"), kept with the flags it closes.

    Runs inside the caller's transaction and clinic scope. Forecast rows go first: the sweep locks them before
    flags, too, so the two never wait for each other.
    """
    answers = answers_for(patient_ids, as_of=as_of, known=known)
    ids = [answer.patient.pk for answer in answers]
    Forecast.objects.filter(patient_id__in=ids).delete()
    Forecast.objects.bulk_create([row for answer in answers for row in answer.forecasts()])
    OpenEvent.objects.filter(patient_id__in=ids).delete()
    OpenEvent.objects.bulk_create([row for answer in answers for row in answer.open_events()])
    PatientSchedule.objects.bulk_create(
        [answer.schedule() for answer in answers],
        update_conflicts=True,
        unique_fields=["patient"],
        update_fields=_SCHEDULE_FIELDS,
    )
    reconcile_flags([Found(each.patient, each.today, each.findings) for each in answers], cause=cause)
    return answers


def refresh_each(patient_ids: Collection[int], *, cause: str, as_of: dt.date | None = None) -> dict[int, str]:
    """Refresh many in batches; a patient who cannot be evaluated does not stop the others.

    Returns the reason by patient id for those who failed: their stored calendar is as it was.
    """
    ids = list(patient_ids)
    failed: dict[int, str] = {}
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        try:
            with transaction.atomic():
                refresh_patients(batch, cause=cause, as_of=as_of)
        except Exception:  # noqa: BLE001 (found one by one below)
            failed |= _one_by_one(batch, cause=cause, as_of=as_of)
    return failed


def _one_by_one(ids: list[int], *, cause: str, as_of: dt.date | None) -> dict[int, str]:
    failed = {}
    for pk in ids:
        try:
            with transaction.atomic():
                refresh_patients([pk], cause=cause, as_of=as_of)
        except Exception as error:  # noqa: BLE001 (said on the front page, with the patient's key only)
            log.exception("patient %s could not be evaluated", pk)
            failed[pk] = type(error).__name__
    return failed
