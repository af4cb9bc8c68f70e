"""Registering and editing a patient."""

from typing import Any

from crispy_forms.layout import Column, Div, Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.base import ActionForm, DayInput
from patients.models import Clinic, Patient

CONSENT = [("yes", _("Yes, agrees")), ("no", _("No")), ("", _("Not asked yet"))]


class PatientForm(ActionForm, forms.ModelForm):
    """Identity, contact data, consent. `clinic` and `today` are the clinic's; for an existing patient also
    the version on which the person started typing."""

    consent = forms.ChoiceField(
        label=_("Reminders by e-mail"),
        choices=CONSENT,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("No clinical word stands in them. Not asked counts as no."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Patient
        fields = [
            "given_name",
            "family_name",
            "birth_date",
            "sex",
            "record_number",
            "email",
            "phone",
            "physician",
        ]
        widgets = {
            "birth_date": DayInput(),
            "sex": forms.RadioSelect,
            "phone": forms.TextInput(attrs={"type": "tel"}),
        }

    def __init__(self, *args: Any, clinic: Clinic, physicians: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic, self.today = clinic, clinic.today()
        self.fields["physician"].queryset = physicians  # type: ignore[attr-defined]
        self.fields["physician"].empty_label = _("Not decided")  # type: ignore[attr-defined]
        self.fields["birth_date"].widget.attrs["max"] = self.today.isoformat()
        if self.instance.pk:
            self.initial["version"] = self.instance.version
            if self.instance.email_consent_at:
                agrees = self.instance.email_consent and self.instance.unsubscribed_at is None
                self.initial["consent"] = "yes" if agrees else "no"
                # Asked is asked: it can be taken back, not forgotten.
                self.fields["consent"].choices = [choice for choice in CONSENT if choice[0]]  # type: ignore[attr-defined]
                if self.instance.unsubscribed_at:
                    self.fields["consent"].help_text = _(
                        "Stopped the reminders by the link in one of them. Choose Yes only if asked again."
                    )
        self.helper.layout = Layout(
            "token",
            "version",
            Fieldset(
                _("Who"),
                Row(Column("given_name"), Column("family_name")),
                Row(Column("birth_date"), Column("record_number")),
                Div("sex", css_class="inline-choices"),
            ),
            Fieldset(
                _("How to reach them"),
                Row(Column("phone"), Column("email")),
                Div("consent", css_class="inline-choices"),
            ),
            Fieldset(_("Who is responsible"), Row(Column("physician"), Column())),
        )

    def clean_birth_date(self) -> Any:
        born = self.cleaned_data["birth_date"]
        if born > self.today:
            raise forms.ValidationError(_("This date is in the future. Check day, month and year."))
        if born.year < self.today.year - 125:
            raise forms.ValidationError(_("More than 125 years ago. Check the year."))
        return born

    def clean_record_number(self) -> str:
        number = self.cleaned_data["record_number"].strip()
        other = Patient.objects.filter(clinic=self.clinic, record_number__iexact=number).exclude(
            pk=self.instance.pk
        )
        if found := other.first():
            raise forms.ValidationError(
                _("%(name)s, born %(born)s, has this number already."),
                params={"name": found.name, "born": found.birth_date},
            )
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("consent") == "yes" and not cleaned.get("email"):
            self.add_error("email", _("Needed for reminders by e-mail, or choose No."))
        return cleaned

    def _post_clean(self) -> None:
        """The model is validated by the action and the database; here only the fields are."""
        self.instance.clinic = self.clinic
        super()._post_clean()  # type: ignore[misc]  # the stubs hide it

    @property
    def identity(self) -> dict[str, Any]:
        """What goes into the record, by field name."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def consent_given(self) -> bool | None:
        """Asked and yes, asked and no, or not asked."""
        return {"yes": True, "no": False}.get(self.cleaned_data["consent"])


class RegisterForm(PatientForm):
    """Registering asks once whether a likely same person is somebody else."""

    someone_else = forms.BooleanField(
        label=_("This is someone else: register anyway"), required=False, widget=forms.CheckboxInput
    )
