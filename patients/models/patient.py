"""Who is followed."""

import datetime as dt
import unicodedata
import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
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
                condition=models.Q(email_consent=False) | models.Q(email_consent_at__isnull=False),
                name="consent_says_when",
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
            for word, holds in [("B12 drug", self.allergy_cobalamin), ("cobalt", self.allergy_cobalt)]
            if holds
        ]
        if self.allergy_note:
            found.append(self.allergy_note)
        if found:
            return ", ".join(found)
        return "none known" if self.allergies_known else "not asked yet"

    @property
    def can_be_mailed(self) -> bool:
        """Whether reminders may go out: an address, and consent that still stands."""
        return bool(self.email and self.email_consent and self.unsubscribed_at is None)


@keep_history()
class PatientIdentifier(models.Model):
    """A further number of a patient: a national number, a laboratory's."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identifiers")
    system = models.CharField(_("kind of number"), max_length=80)
    value = models.CharField(_("number"), max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "system", "value"], name="identifier_once_a_clinic")
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.value}"
