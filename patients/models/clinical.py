"""The clinical record: causes, medicines, assessments, injections, results. Forms and codes as in the case files."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patients.models.history import keep_history
from patients.models.product import Batch
from patients.models.record import ClinicalRecord
from patients.vocabulary import (
    Analyte,
    Antibody,
    B12Drug,
    BodySite,
    CauseKind,
    Comparator,
    Domain,
    Gene,
    LabSource,
    MedicationDrug,
    NotGivenReason,
    Place,
    PregnancyStatus,
    Procedure,
    Route,
)


@keep_history()
class Cause(ClinicalRecord):
    """Why this patient lacks B12."""

    kind = models.CharField(_("cause"), max_length=32, choices=CauseKind.choices())
    intrinsic_factor_antibody = models.CharField(
        _("intrinsic factor antibody"), max_length=8, choices=Antibody.choices(), blank=True
    )
    procedure = models.CharField(_("operation"), max_length=32, choices=Procedure.choices(), blank=True)
    length_cm = models.DecimalField(_("length, cm"), max_digits=5, decimal_places=1, null=True, blank=True)
    gene = models.CharField(_("gene"), max_length=8, choices=Gene.choices(), blank=True)
    resolved_on = models.DateField(_("gone since"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(ClinicalRecord.Meta):
        constraints = [
            *ClinicalRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(length_cm__isnull=True) | Q(length_cm__gte=0), name="cause_length"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


@keep_history()
class Pregnancy(ClinicalRecord):
    """Planning a pregnancy, or pregnant, from a date until it ended (R34, D6)."""

    status = models.CharField(_("status"), max_length=8, choices=PregnancyStatus.choices())
    from_date = models.DateField(_("from"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    # Said while an injection was logged: taken back together with it.
    injection = models.ForeignKey(
        "Injection", on_delete=models.PROTECT, null=True, blank=True, related_name="pregnancies_said"
    )

    class Meta(ClinicalRecord.Meta):
        verbose_name_plural = "pregnancies"
        constraints = [
            *ClinicalRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("from_date")),
                name="pregnancy_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.get_status_display()


@keep_history()
class Medication(ClinicalRecord):
    """A medicine that matters here: folic acid, metformin, PPI, B12 by mouth. Doses are a day's."""

    drug = models.CharField(_("medicine"), max_length=32, choices=MedicationDrug.choices())
    dose_mg = models.DecimalField(_("daily dose, mg"), max_digits=8, decimal_places=3, null=True, blank=True)
    dose_ug = models.DecimalField(
        _("daily dose, micrograms"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    started_on = models.DateField(_("started on"))
    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)
    # Of a prescription: what the rules said, and {code, reason, sentence} for each that was overridden.
    note = models.TextField(_("note"), blank=True)
    codes = ArrayField(models.CharField(max_length=48), default=list, blank=True)
    overrides = models.JSONField(default=list, blank=True)

    class Meta(ClinicalRecord.Meta):
        constraints = [
            *ClinicalRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(stopped_on__isnull=True) | Q(stopped_on__gte=F("started_on")),
                name="medication_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.get_drug_display()


def score_field(label: str) -> models.PositiveSmallIntegerField:
    """The score of a domain, 0 to 3, null where there is none."""
    return models.PositiveSmallIntegerField(label, null=True, blank=True)


def scores_up_to_three(model: str) -> list[models.CheckConstraint]:
    """Constraints of a model with the five domains."""
    return [
        models.CheckConstraint(
            condition=Q(**{f"{domain}__isnull": True}) | Q(**{f"{domain}__lte": 3}), name=f"{model}_{domain}"
        )
        for domain in Domain
    ]


class DomainScores:
    """What rows with the five domains have in common."""

    @property
    def scores(self) -> dict[str, int | None]:
        """Domain code to score, null where there is none."""
        return {domain.value: getattr(self, domain.value) for domain in Domain}

    @property
    def total(self) -> int | None:
        """The symptom score, 0 to 15; none when a domain has no score."""
        found = list(self.scores.values())
        return None if None in found else sum(score for score in found if score is not None)


@keep_history()
class Assessment(DomainScores, ClinicalRecord):
    """A clinician's scores of the five domains (R2): 0 absent to 3 severe, null not assessed."""

    on = models.DateField(_("date"))
    at = models.TimeField(_("time"), null=True, blank=True)
    peripheral_neuropathy = score_field(Domain.PERIPHERAL_NEUROPATHY.english)
    gait_ataxia = score_field(Domain.GAIT_ATAXIA.english)
    cognitive = score_field(Domain.COGNITIVE.english)
    glossitis = score_field(Domain.GLOSSITIS.english)
    visual = score_field(Domain.VISUAL.english)
    same_as_last = models.BooleanField(default=False)
    note = models.TextField(_("note"), blank=True)
    # Scored while an injection was logged: taken back together with it.
    injection = models.ForeignKey(
        "Injection", on_delete=models.PROTECT, null=True, blank=True, related_name="assessments_made"
    )

    class Meta(ClinicalRecord.Meta):
        constraints = [*ClinicalRecord.Meta.constraints, *scores_up_to_three("assessment")]
        indexes = [models.Index(fields=["patient", "on"], name="assessment_by_date")]

    def __str__(self) -> str:
        return f"{self.on}"


@keep_history()
class Injection(ClinicalRecord):
    """A dose that was given, or was not given and why (`given` false). `on` and `at` are when it happened."""

    on = models.DateField(_("date"))
    at = models.TimeField(_("time"), null=True, blank=True)
    given = models.BooleanField(default=True)
    not_given_reason = models.CharField(
        _("why not given"), max_length=16, choices=NotGivenReason.choices(), blank=True
    )
    drug = models.CharField(
        _("drug"), max_length=24, choices=B12Drug.choices(), default=B12Drug.HYDROXOCOBALAMIN
    )
    dose_ug = models.DecimalField(_("dose, micrograms"), max_digits=10, decimal_places=2, default=1000)
    route = models.CharField(_("route"), max_length=8, choices=Route.choices(), default=Route.IM)
    site = models.CharField(_("body site"), max_length=16, choices=BodySite.choices(), blank=True)
    place = models.CharField(_("where given"), max_length=12, choices=Place.choices(), default=Place.HERE)
    place_source = models.CharField(_("who said so"), max_length=120, blank=True)
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, null=True, blank=True, related_name="injections"
    )
    batch_number = models.CharField(_("batch"), max_length=40, blank=True)
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    batch_reason = models.CharField(_("why this batch"), max_length=200, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    identity_checked = models.BooleanField(default=False)
    screening_clear = models.BooleanField(default=False)
    screening_yes = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    screening_note = models.CharField(max_length=300, blank=True)
    reaction = models.TextField(_("reaction"), blank=True)
    note = models.TextField(_("note"), blank=True)
    codes = ArrayField(models.CharField(max_length=48), default=list, blank=True)
    override_reason = models.CharField(max_length=24, blank=True)
    override_note = models.CharField(max_length=300, blank=True)

    class Meta(ClinicalRecord.Meta):
        constraints = [
            *ClinicalRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(given=True, not_given_reason="") | (Q(given=False) & ~Q(not_given_reason="")),
                name="not_given_says_why",
            ),
            models.CheckConstraint(condition=Q(dose_ug__gte=0), name="injection_dose_not_negative"),
        ]
        indexes = [
            models.Index(fields=["patient", "on"], name="injection_by_date"),
            models.Index(fields=["clinic", "on"], name="injection_by_clinic_date"),
            models.Index(fields=["batch"], name="injection_by_batch"),
            # Numbers that were typed: few, and looked through when a batch is withdrawn.
            models.Index(
                fields=["clinic"],
                condition=Q(batch__isnull=True) & ~Q(batch_number=""),
                name="injection_batch_typed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.drug}"


@keep_history()
class BloodDraw(ClinicalRecord):
    """Blood that was taken and whose results are still to come; `contents` as the calendar's event lists them.

    It fulfils nothing by itself: a check is done when its results are recorded.
    """

    drawn_on = models.DateField(_("drawn on"))
    drawn_at = models.TimeField(_("drawn at"), null=True, blank=True)
    before_dose = models.BooleanField(_("before that day's dose"), null=True, blank=True)
    contents = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    # Drawn while an injection was logged: taken back together with it.
    injection = models.ForeignKey(
        Injection, on_delete=models.PROTECT, null=True, blank=True, related_name="draws"
    )

    class Meta(ClinicalRecord.Meta):
        indexes = [models.Index(fields=["patient", "-drawn_on"], name="draw_by_date")]

    def __str__(self) -> str:
        return f"{self.drawn_on}"


@keep_history()
class LabResult(ClinicalRecord):
    """A result as reported (value, comparator, unit kept for ever), and its canonical value for charts."""

    analyte = models.CharField(_("test"), max_length=24, choices=Analyte.choices())
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=5)
    value_text = models.CharField(max_length=24)
    comparator = models.CharField(max_length=2, choices=Comparator.choices(), blank=True)
    unit = models.CharField(_("unit"), max_length=24)
    canonical_value = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    reference_low = models.CharField(_("laboratory's range from"), max_length=24, blank=True)
    reference_high = models.CharField(_("laboratory's range to"), max_length=24, blank=True)
    drawn_on = models.DateField(_("drawn on"))
    drawn_at = models.TimeField(_("drawn at"), null=True, blank=True)
    before_dose = models.BooleanField(_("before that day's dose"), null=True, blank=True)
    source = models.CharField(max_length=8, choices=LabSource.choices(), default=LabSource.TYPED)
    laboratory = models.CharField(_("laboratory"), max_length=120, blank=True)
    override_reason = models.CharField(max_length=24, blank=True)
    override_note = models.CharField(max_length=300, blank=True)

    class Meta(ClinicalRecord.Meta):
        constraints = [
            *ClinicalRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(value__gte=0), name="lab_value_not_negative"),
        ]
        indexes = [models.Index(fields=["patient", "drawn_on"], name="lab_by_date")]

    def __str__(self) -> str:
        return f"{self.analyte} {self.comparator}{self.value_text} {self.unit}"
