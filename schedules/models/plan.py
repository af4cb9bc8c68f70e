"""Orders and decisions: what a physician asked for and why."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patients.models.history import keep_history
from patients.models.record import ClinicalRecord
from patients.vocabulary import (
    B12Drug,
    BeganWith,
    DecisionKind,
    Interval,
    LongInterval,
    Protocol,
    Regimen,
    Route,
)

REGIMENS = [*Regimen.choices(), *Interval.choices(), *LongInterval.choices()]


@keep_history()
class Decision(ClinicalRecord):
    """One decision of the plan (clinical specification §3); which fields matter depends on `kind`.

    `codes` are those that applied when it was signed; `overrides` holds {code, reason, sentence} for each
    soft one that was overridden.
    """

    kind = models.CharField(max_length=20, choices=DecisionKind.choices())
    on = models.DateField(_("date"))
    protocol = models.CharField(max_length=20, choices=Protocol.choices(), blank=True)
    maintenance_interval = models.CharField(max_length=12, choices=Interval.choices(), blank=True)
    interval = models.CharField(max_length=12, choices=Interval.choices(), blank=True)
    began_with = models.CharField(max_length=20, choices=BeganWith.choices(), blank=True)
    reasons = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    reason = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    codes = ArrayField(models.CharField(max_length=48), default=list, blank=True)
    overrides = models.JSONField(default=list, blank=True)

    class Meta(ClinicalRecord.Meta):
        constraints = [
            *ClinicalRecord.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(kind="start_treatment")
                | Q(protocol__in=["alternate_day", "three_times_weekly"]),
                name="start_names_protocol",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["change_interval", "take_over"]) | ~Q(interval=""),
                name="decision_names_interval",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["stop", "close"]) | ~Q(reason=""), name="ending_says_why"
            ),
        ]
        indexes = [models.Index(fields=["patient", "on"], name="decision_by_date")]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"


@keep_history()
class Order(ClinicalRecord):
    """A physician's prescription: from a date until its renewal; a new one ends the old (`ended_on`)."""

    drug = models.CharField(
        _("drug"), max_length=24, choices=B12Drug.choices(), default=B12Drug.HYDROXOCOBALAMIN
    )
    dose_ug = models.DecimalField(_("dose, micrograms"), max_digits=10, decimal_places=2, default=1000)
    route = models.CharField(_("route"), max_length=8, choices=Route.choices(), default=Route.IM)
    regimen = models.CharField(_("how often"), max_length=20, choices=REGIMENS)
    from_date = models.DateField(_("from"))
    until = models.DateField(_("renew by"), null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="orders"
    )
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    note = models.TextField(_("note"), blank=True)
    codes = ArrayField(models.CharField(max_length=48), default=list, blank=True)
    overrides = models.JSONField(default=list, blank=True)

    class Meta(ClinicalRecord.Meta):
        constraints = [
            *ClinicalRecord.Meta.constraints,
            models.CheckConstraint(condition=~Q(route="iv"), name="order_never_intravenous"),
            models.CheckConstraint(condition=Q(dose_ug__lte=5000), name="order_dose_not_a_unit_slip"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("from_date")), name="order_in_order"
            ),
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(ended_on__isnull=True, error_at__isnull=True),
                name="one_order_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.drug} {self.regimen}"
