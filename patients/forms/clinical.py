"""Assessment, causes, medicines, pregnancies, allergies, corrections."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

from patients.check_ins import in_words
from patients.forms.base import ActionForm, ClockInput, DayInput
from patients.models import Assessment, Cause, CheckIn, Medication, Patient, Pregnancy
from patients.vocabulary import CauseKind, Domain, ErrorReason, MedicationDrug, Score

SAME_AS_LAST_DAYS = 14


def happened(value: dt.date, *, today: dt.date, born: dt.date) -> dt.date:
    """A date on which something can have happened to this person, or a ValidationError in their words."""
    if value > today:
        raise forms.ValidationError(_("This date is in the future."))
    if value < born:
        raise forms.ValidationError(_("This is before the patient was born."))
    return value


class PatientDayForm(ActionForm):
    """A form about one patient with dates that must lie in that person's past."""

    past_dates: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()

    def __init__(self, *args: Any, patient: Patient, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient, self.today = patient, today
        for name in self.past_dates:
            if name in self.fields:
                self.fields[name].widget.attrs["max"] = today.isoformat()
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField) and BLANK_CHOICE_DASH[0] in list(field.choices):  # type: ignore[arg-type]
                said = _("Choose…") if field.required else _("Not recorded")
                field.choices = [("", said), *list(field.choices)[1:]]  # type: ignore[arg-type]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.past_dates:
            if cleaned.get(name):
                try:
                    happened(cleaned[name], today=self.today, born=self.patient.birth_date)
                except forms.ValidationError as error:
                    self.add_error(name, error)
        for name in self.positive:
            if cleaned.get(name) is not None and cleaned[name] <= 0:
                self.add_error(name, _("Must be more than 0. Leave it empty if not known."))
        return cleaned


def _score_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(choices=Score.choices(), coerce=int, empty_value=None, required=False)


class AssessmentForm(PatientDayForm):
    """Five rows of four; nothing chosen is not assessed."""

    past_dates = ("on",)
    on = forms.DateField(label=_("Date"), widget=DayInput())
    at = forms.TimeField(label=_("Time"), widget=ClockInput(), required=False)
    peripheral_neuropathy = _score_field()
    gait_ataxia = _score_field()
    cognitive = _score_field()
    glossitis = _score_field()
    visual = _score_field()
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    # The assessment that "same as last time" repeats: the one shown, not one saved meanwhile.
    same = forms.UUIDField(required=False)

    def __init__(
        self, *args: Any, last: Assessment | None = None, said: CheckIn | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.last, self.said = last, said

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_same_as_last:
            if self.last is None or not self.offers_same_as_last or cleaned["same"] != self.last.uid:
                raise forms.ValidationError(
                    _("Another assessment was saved meanwhile. Compare, then score each row.")
                )
            cleaned |= self.last.scores
        elif all(cleaned.get(domain.value) is None for domain in Domain):
            raise forms.ValidationError(_("Nothing is scored yet. Choose a score in at least one row."))
        return cleaned

    @property
    def scores(self) -> dict[str, int | None]:
        return {domain.value: self.cleaned_data.get(domain.value) for domain in Domain}

    @property
    def is_same_as_last(self) -> bool:
        """Whether it was recorded by one press instead of row by row."""
        return self.cleaned_data.get("same") is not None

    @property
    def offers_same_as_last(self) -> bool:
        """Only a fresh assessment may be repeated with one press."""
        return self.last is not None and (self.today - self.last.on).days <= SAME_AS_LAST_DAYS

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the template draws: a domain with its four scores, the last one, what the patient said since, and
        what is chosen."""
        return [
            {
                "name": domain.value,
                "label": domain.label,
                "last": getattr(self.last, domain.value) if self.last else None,
                "said": in_words(getattr(self.said, domain.value)) if self.said else "",
                "chosen": str(self[domain.value].value() if self[domain.value].value() is not None else ""),
                "scores": [(score.value, score.label) for score in Score],
            }
            for domain in Domain
        ]


class CauseForm(PatientDayForm, forms.ModelForm):
    """Why this patient lacks B12; length, antibody, operation and gene belong to their kind only."""

    positive = ("length_cm",)
    belongs: ClassVar[dict[str, set[CauseKind]]] = {
        "intrinsic_factor_antibody": {CauseKind.PERNICIOUS_ANAEMIA},
        "procedure": {CauseKind.BARIATRIC_SURGERY},
        "length_cm": {CauseKind.ILEAL_RESECTION, CauseKind.CROHNS_ILEAL},
        "gene": {CauseKind.INHERITED_COBALAMIN_DISORDER},
    }

    class Meta:
        model = Cause
        fields = ["kind", "intrinsic_factor_antibody", "procedure", "length_cm", "gene", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kinds in self.belongs.items():
            in_order = [kind for kind in CauseKind if kind in kinds]
            self.fields[name].help_text = " / ".join(kind.label for kind in in_order)
            # With script, shown for these kinds only.
            self.fields[name].widget.attrs |= {"data-with": "kind", "data-values": " ".join(in_order)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind = cleaned.get("kind")
        for name, kinds in self.belongs.items():
            if cleaned.get(name) not in (None, "") and kind not in kinds:
                words = " / ".join(each.label for each in kinds)
                self.add_error(name, _("Belongs to %(kind)s only. Leave it empty.") % {"kind": words})
        return cleaned


class MedicationForm(PatientDayForm, forms.ModelForm):
    """A medicine that matters here. Folic acid is prescribed as a decision, with its own checks."""

    past_dates = ("started_on", "stopped_on")
    positive = ("dose_ug", "dose_mg")

    class Meta:
        model = Medication
        fields = ["drug", "dose_ug", "dose_mg", "started_on", "stopped_on"]
        widgets = {"started_on": DayInput(), "stopped_on": DayInput()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, stop = cleaned.get("started_on"), cleaned.get("stopped_on")
        if start and stop and stop < start:
            self.add_error("stopped_on", _("Before it was started."))
        if cleaned.get("drug") != MedicationDrug.ORAL_B12 and cleaned.get("dose_ug") is not None:
            self.add_error("dose_ug", _("Micrograms are for vitamin B12 by mouth; use milligrams."))
        if cleaned.get("drug") == MedicationDrug.ORAL_B12 and cleaned.get("dose_mg") is not None:
            self.add_error("dose_mg", _("Give vitamin B12 in micrograms (1 mg is 1000)."))
        return cleaned


class PregnancyForm(PatientDayForm, forms.ModelForm):
    """Planning a pregnancy, or pregnant (R34)."""

    past_dates = ("from_date", "ended_on")

    class Meta:
        model = Pregnancy
        fields = ["status", "from_date", "ended_on"]
        widgets = {"from_date": DayInput(), "ended_on": DayInput()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, end = cleaned.get("from_date"), cleaned.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", _("Before it began."))
        return cleaned


class AllergiesForm(ActionForm, forms.ModelForm):
    """Allergies, bleeding risk and diabetic nephropathy: what changes what is offered."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Patient
        fields = [
            "allergies_known",
            "allergy_cobalamin",
            "allergy_cobalt",
            "allergy_note",
            "bleeding_risk",
            "diabetic_nephropathy",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("allergy_cobalamin") or cleaned.get("allergy_cobalt") or cleaned.get("allergy_note"):
            cleaned["allergies_known"] = True
        return cleaned


class EndForm(PatientDayForm):
    """Since when a cause, a medicine or a pregnancy record no longer holds."""

    past_dates = ("on",)
    on = forms.DateField(label=_("Since"), widget=DayInput())


class CorrectionForm(ActionForm):
    """Why an entry is struck out. `may_be_anothers`: whether it may be said that it is another patient's."""

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[
            (reason.value, reason.label)
            for reason in ErrorReason
            if reason not in {ErrorReason.AMENDED, ErrorReason.UNDONE}
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("In one sentence"), max_length=300)

    def __init__(self, *args: Any, may_be_anothers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_be_anothers:
            field: Any = self.fields["reason"]
            field.choices = [choice for choice in field.choices if choice[0] != ErrorReason.WRONG_PATIENT]
