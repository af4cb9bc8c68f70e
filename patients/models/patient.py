"""Who is followed."""

import datetime as dt
import re
import unicodedata
import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patients.models.clinic import Clinic
from patients.models.history import keep_history
from patients.vocabulary import Sex


def fold(text: str) -> str:
    """`text` without case and accents, for searching and sorting: "Łukasz Ångström" is "lukasz angstrom"."""
    plain = unicodedata.normalize(
        "NFKD", text.casefold().replace("ł", "l").replace("ø", "o").replace("đ", "d")
    )
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def number_key(text: str) -> str:
    """A number without blanks, dashes and case, for comparing: "943 476 5919" is "9434765919"."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


class MergedRecordError(Exception):
    """The record was merged into another one of the same person: it is read only, and nothing was written."""

    def __init__(self, patient: "Patient") -> None:
        super().__init__("This record was merged into another record of the same person.")
        self.patient = patient


def age_on(born: dt.date, day: dt.date) -> int:
    """Whole years on `day`; 29 February counts as reached on 28 February (D7)."""
    had_birthday = (day.month, day.day) >= (born.month, born.day)
    if not had_birthday and born.month == 2 and born.day == 29:
        leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
        had_birthday = not leap and (day.month, day.day) == (2, 28)
    return day.year - born.year - (0 if had_birthday else 1)


@keep_history()
class Patient(models.Model):
    """A person followed by a clinic. No status: died, transferred, declined are decisions (`close`)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    record_number = models.CharField(_("record number"), max_length=40)
    given_name = models.CharField(_("first name"), max_length=80)
    family_name = models.CharField(_("family name"), max_length=80)
    name_key = models.CharField(max_length=170, editable=False)
    birth_date = models.DateField(_("birth date"))
    sex = models.CharField(_("sex"), max_length=8, choices=Sex.choices(), default=Sex.UNKNOWN)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    email_consent = models.BooleanField(_("agrees to reminders by e-mail"), default=False)
    email_consent_at = models.DateTimeField(null=True, blank=True)
    email_consent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    allergies_known = models.BooleanField(_("allergies were asked about"), default=False)
    allergy_cobalamin = models.BooleanField(_("allergic to a B12 drug"), default=False)
    allergy_cobalt = models.BooleanField(_("allergic to cobalt"), default=False)
    allergy_note = models.CharField(_("other allergies, excipients"), max_length=200, blank=True)
    bleeding_risk = models.CharField(_("anticoagulant or bleeding risk"), max_length=120, blank=True)
    diabetic_nephropathy = models.BooleanField(_("diabetic nephropathy"), default=False)
    physician = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible physician"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # The record of the same person that holds everything now; this one only says so (schedules.models.Merge).
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged_from"
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("clinic", Upper("record_number"), name="record_number_once_a_clinic"),
            models.UniqueConstraint(fields=["id", "clinic"], name="patient_in_clinic"),
            models.CheckConstraint(
                condition=Q(email_consent=False) | Q(email_consent_at__isnull=False),
                name="consent_says_when",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="not_merged_into_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "name_key", "id"], name="patient_sorted"),
            models.Index(fields=["clinic", "birth_date"], name="patient_birth"),
            GinIndex(OpClass("name_key", "gin_trgm_ops"), name="patient_name_trgm"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.name_key = fold(f"{self.family_name} {self.given_name}")[:170]  # folding may lengthen a name
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def age_on(self, day: dt.date) -> int:
        """Whole years on `day` (D7)."""
        return age_on(self.birth_date, day)

    @property
    def allergies(self) -> str:
        """Allergies in one line, "none known" only when somebody asked."""
        found = [
            word
            for word, holds in [
                (gettext("B12 drug"), self.allergy_cobalamin),
                (gettext("cobalt"), self.allergy_cobalt),
            ]
            if holds
        ]
        if self.allergy_note:
            found.append(self.allergy_note)
        if found:
            return ", ".join(found)
        return gettext("none known") if self.allergies_known else gettext("not asked yet")

    @property
    def current_record(self) -> "Patient":
        """The record that holds this person's history: this one, or the one it was merged into in the end."""
        found = self
        while found.merged_into is not None:
            found = found.merged_into
        return found

    @property
    def can_be_mailed(self) -> bool:
        """Whether reminders may go out: an address, and consent that still stands."""
        return bool(self.email and self.email_consent and self.unsubscribed_at is None)


# The kind of number under which the kept record of two has the other's record number.
EARLIER_NUMBER = "Earlier record number"


class IdentifierQuerySet(models.QuerySet):
    """Further numbers of patients."""

    def current(self) -> "IdentifierQuerySet":
        """Those that nobody took away."""
        return self.filter(removed_at__isnull=True)


@keep_history(exclude=["value_key"])
class PatientIdentifier(models.Model):
    """A further number of a patient: a national number, a laboratory's. Taken away, never deleted."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identifiers")
    system = models.CharField(_("kind of number"), max_length=80)
    value = models.CharField(_("number"), max_length=80)
    # `number_key` of the value, kept by the database.
    value_key = models.GeneratedField(
        expression=models.Func(
            Upper("value"), Value("[^A-Z0-9]"), Value(""), Value("g"), function="regexp_replace"
        ),
        output_field=models.CharField(max_length=80),
        db_persist=True,
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = IdentifierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "clinic",
                Upper("system"),
                "value_key",
                condition=Q(removed_at__isnull=True),
                name="identifier_once_a_clinic",
            )
        ]
        indexes = [models.Index(fields=["clinic", "value_key"], name="identifier_by_number")]

    def __str__(self) -> str:
        return f"{self.system} {self.value}"
