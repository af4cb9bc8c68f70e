"""Clinics, their closed days, their defaults and who works there."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models.history import keep_history


def weekdays() -> list[int]:
    """Monday to Friday; Monday is 0."""
    return [0, 1, 2, 3, 4]


class UnitFamily(models.TextChoices):
    """Which family of units a clinic reads: pmol/L or pg/mL for B12."""

    MOLAR = "molar", _("pmol/L, µmol/L, g/L")
    MASS = "mass", _("pg/mL, mg/L, g/dL")


@keep_history()
class Clinic(models.Model):
    """One clinic: its hours, address and how it reminds. Dates of its patients are civil dates in its time zone."""

    name = models.CharField(_("name"), max_length=120)
    record_prefix = models.CharField(_("record number prefix"), max_length=8, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/London")
    address = models.TextField(_("address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    open_weekdays = ArrayField(models.SmallIntegerField(), verbose_name=_("open weekdays"), default=weekdays)
    country = models.CharField(_("country of public holidays"), max_length=2, default="GB")
    region = models.CharField(_("region of public holidays"), max_length=8, blank=True)
    units = models.CharField(_("units"), max_length=5, choices=UnitFamily, default=UnitFamily.MOLAR)
    reminders_on = models.BooleanField(_("send reminders"), default=True)
    sender_name = models.CharField(_("sender name in e-mails"), max_length=80, blank=True)
    send_from = models.TimeField(_("send from"), default=dt.time(8, 0))
    send_until = models.TimeField(_("send until"), default=dt.time(18, 0))
    morning_at = models.TimeField(_("dates and flags are updated at"), default=dt.time(2, 10))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(open_weekdays__len__gt=0), name="clinic_open_some_day"),
            models.CheckConstraint(
                condition=models.Q(send_from__lt=models.F("send_until")), name="clinic_send_window"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def now(self) -> dt.datetime:
        """The present moment on the clinic's wall clock. For views, tasks and commands only."""
        return timezone.now().astimezone(self.tz)

    def today(self) -> dt.date:
        """The civil date at the clinic. For views, tasks and commands only."""
        return self.now().date()


class ClosedDate(models.Model):
    """A date on which a clinic is closed: public holidays are stored per year, so an upgrade moves nothing."""

    class Source(models.TextChoices):
        PUBLIC = "public", _("Public holiday")
        OWN = "own", _("Own closed day")

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="closed_dates")
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.OWN)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "date"], name="closed_date_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class ClinicDefaults(models.Model):
    """A version of a clinic's changed defaults (D0–D25); the newest is in force, none means as specified."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="defaults_versions")
    version = models.PositiveIntegerField()
    values = models.JSONField(default=dict)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "version"], name="clinic_defaults_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.clinic} {self.version}"


class ClinicRole(models.Model):
    """A user holds a role in a clinic; one row per role. Leaving deactivates it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="clinic_roles")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=16)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "clinic", "role"], name="clinic_role_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=["nurse", "physician", "coordinator", "manager"]),
                name="clinic_role_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.clinic}"
