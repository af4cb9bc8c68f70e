"""The read model of each patient's calendar (thrown away and rebuilt at will), bookings and contacts."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models.clinic import Clinic
from patients.models.history import keep_history
from patients.models.patient import Patient
from patients.vocabulary import ContactOutcome, Interval, Phase, Protocol, Severity

EVENT_KINDS = [
    ("injection", _("Injection")),
    ("check", _("Blood test")),
    ("pregnancy_check", _("Blood test (pregnancy)")),
    ("panel", _("Vitamin panel")),
    ("neuro_review", _("Neurological review")),
    ("folate_review", _("Folic acid review")),
]


class PatientSchedule(models.Model):
    """Where a patient stands in the plan, as `evaluate` says; true from `evaluated_on` to `forecast_until`."""

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, primary_key=True, related_name="schedule"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    phase = models.CharField(max_length=12, choices=Phase.choices(), default=Phase.NOT_STARTED)
    protocol = models.CharField(max_length=20, choices=Protocol.choices(), blank=True)
    interval = models.CharField(max_length=12, choices=Interval.choices(), blank=True)
    doses_in_phase = models.PositiveIntegerField(default=0)
    plan_started_on = models.DateField(null=True)
    last_dose_on = models.DateField(null=True)
    stability_counter = models.PositiveIntegerField(default=0)
    b12_corrected = models.BooleanField(default=False)
    # The open injection, repeated here so that the worklist reads one table.
    due_on = models.DateField(null=True)
    book_on = models.DateField(null=True)
    missed_on = models.DateField(null=True)
    # The first day on which the next check's blood may be taken, and when it is booked with the dose.
    blood_from = models.DateField(null=True)
    blood_due_on = models.DateField(null=True)
    blood_book_on = models.DateField(null=True)
    evaluated_on = models.DateField()
    forecast_until = models.DateField()
    engine_version = models.CharField(max_length=16, default="")

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "due_on"], name="schedule_due"),
            models.Index(fields=["clinic", "blood_due_on"], name="schedule_blood"),
            models.Index(fields=["forecast_until"], name="schedule_forecast_until"),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.phase}"


class OpenEvent(models.Model):
    """An open event of the calendar: derived, never edited. Its status follows from its dates and today."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="open_events")
    kind = models.CharField(max_length=16, choices=EVENT_KINDS)
    earliest_on = models.DateField()
    due_on = models.DateField()
    book_on = models.DateField()
    missed_on = models.DateField()
    contents = ArrayField(models.CharField(max_length=32), default=list)
    rules = ArrayField(models.CharField(max_length=4), default=list)
    reason = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "kind", "due_on"], name="open_event_once")]
        indexes = [models.Index(fields=["clinic", "book_on"], name="open_event_book")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.due_on.isoformat()}"

    def status_on(self, day: dt.date) -> str:
        """upcoming, due, overdue or missed on `day` (clinical specification §3)."""
        if day >= self.missed_on:
            return "missed"
        if day < self.due_on:
            return "upcoming"
        return "due" if day <= max(self.due_on, self.book_on) else "overdue"


class Forecast(models.Model):
    """A flag that holds from `rises_on` up to, not including, `falls_on` if nothing is recorded (the sweep's
    work list). `raised` and `fallen` say that the sweep, or the write itself, has carried it out."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="forecasts")
    code = models.CharField(max_length=48)
    severity = models.CharField(max_length=8, choices=Severity.choices())
    rises_on = models.DateField()
    falls_on = models.DateField(null=True)
    rules = ArrayField(models.CharField(max_length=4), default=list)
    facts = models.JSONField(default=dict)
    reason = models.CharField(max_length=600)
    next_step = models.CharField(max_length=300)
    raised = models.BooleanField(default=False)
    fallen = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "code", "rises_on"], name="forecast_once"),
            models.CheckConstraint(
                condition=Q(falls_on__isnull=True) | Q(falls_on__gt=models.F("rises_on")),
                name="forecast_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "rises_on"], condition=Q(raised=False), name="forecast_to_raise"),
            models.Index(
                fields=["clinic", "falls_on"],
                condition=Q(fallen=False, falls_on__isnull=False),
                name="forecast_to_fall",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.code} {self.rises_on}"


@keep_history()
class Booking(models.Model):
    """A person agreed a date and time. It never closes an event: the dose, the draw, the assessment does.

    It stands while not cancelled and while the last dose is still the one known when it was agreed
    (`after_dose_on`), so undoing a dose brings its booking back.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="bookings")
    kind = models.CharField(max_length=16, choices=EVENT_KINDS, default="injection")
    for_due_on = models.DateField(null=True)
    on = models.DateField(_("date"))
    at = models.TimeField(_("time"), null=True, blank=True)
    after_dose_on = models.DateField(null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind"],
                condition=Q(cancelled_at__isnull=True),
                name="one_booking_a_kind",
            )
        ]
        indexes = [models.Index(fields=["clinic", "on"], name="booking_by_day")]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.on}"


@keep_history()
class Contact(models.Model):
    """The outcome of a call or a talk. A coming date defers the patient on the list, never hides them."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contacts")
    outcome = models.CharField(_("what happened"), max_length=16, choices=ContactOutcome.choices())
    call_on = models.DateField(_("call again on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["patient", "-at"], name="contact_latest")]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.outcome}"
