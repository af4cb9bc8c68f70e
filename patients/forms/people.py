"""Registering and editing a patient."""

from typing import Any

from crispy_forms.layout import HTML, Column, Div, Fieldset, Layout, Row
from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from patients.forms.base import ActionForm, DayInput
from patients.models import Clinic, Patient, PatientIdentifier
from patients.models.patient import EARLIER_NUMBER, number_key
from patients.templatetags.clinic_words import plain_date

# Lines for further numbers: so many at least, and one empty line at least.
NUMBER_LINES = 2
CONSENT = [("yes", _("Yes, agrees")), ("no", _("No")), ("", _("Not asked yet"))]


class PatientForm(ActionForm, forms.ModelForm):
    """Identity, further numbers, contact data, consent. `clinic` and `today` are the clinic's; for an existing patient
    also the version on which the person started typing."""

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
        self._add_number_lines()
        self.helper.layout = Layout(
            "token",
            "version",
            Fieldset(
                _("Who"),
                Row(Column("given_name"), Column("family_name")),
                Row(Column("birth_date"), Column("record_number")),
                Div("sex", css_class="inline-choices"),
                self._number_lines_drawn(),
            ),
            Fieldset(
                _("How to reach them"),
                Row(Column("phone"), Column("email")),
                Div("consent", css_class="inline-choices"),
            ),
            Fieldset(_("Who is responsible"), Row(Column("physician"), Column())),
        )

    def _add_number_lines(self) -> None:
        """A line for each further number on record, and empty ones; what was typed decides for a form sent."""
        rows = (
            PatientIdentifier.objects.current()
            .filter(patient=self.instance.pk)
            .exclude(system=EARLIER_NUMBER)
        )
        known = list(rows.order_by("pk").values_list("system", "value")) if self.instance.pk else []
        typed = sum(name.startswith("number_") for name in self.data)
        self.number_lines = range(min(max(NUMBER_LINES, len(known) + 1, typed), 20))
        for line in self.number_lines:
            kind, number = known[line] if line < len(known) else ("", "")
            self.fields[f"kind_{line}"] = forms.CharField(
                label=_("Kind of number"), max_length=80, required=False, initial=kind
            )
            self.fields[f"kind_{line}"].widget.attrs |= {"list": "kinds-of-number", "autocomplete": "off"}
            self.fields[f"number_{line}"] = forms.CharField(
                label=_("Number"), max_length=80, required=False, initial=number
            )
            self.fields[f"number_{line}"].widget.attrs["autocomplete"] = "off"

    def _number_lines_drawn(self) -> Div:
        """Folded away while there is nothing in them; opens without script."""
        filled = any(
            self[f"number_{line}"].value() or self[f"kind_{line}"].value() for line in self.number_lines
        )
        rows = [Row(Column(f"kind_{line}"), Column(f"number_{line}")) for line in self.number_lines]
        summary = _("Other numbers (NHS, hospital, laboratory)")
        return Div(
            HTML(
                format_html(
                    '<details class="mb-3"{}><summary class="mb-2">{}</summary>',
                    SafeString(" open" if filled else ""),
                    summary,
                )
            ),
            *rows,
            HTML("{% include 'patients/kinds_of_number.html' %}</details>"),
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
            raise forms.ValidationError(_has_it(found))
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("consent") == "yes" and not cleaned.get("email"):
            self.add_error("email", _("Needed for reminders by e-mail, or choose No."))
        self._check_numbers(cleaned)
        return cleaned

    def _check_numbers(self, cleaned: dict[str, Any]) -> None:
        """Kind and number go together, once each, and no other patient has the same number of the same kind."""
        seen: set[tuple[str, str]] = set()
        for line in self.number_lines:
            kind, number = cleaned.get(f"kind_{line}", ""), cleaned.get(f"number_{line}", "")
            if number and not kind:
                self.add_error(f"kind_{line}", _("Which kind of number is this?"))
            elif kind and not number:
                self.add_error(f"number_{line}", _("Type the number, or empty both fields."))
            elif kind.casefold() == EARLIER_NUMBER.casefold():
                self.add_error(f"kind_{line}", _("This is kept for merged records. Choose another word."))
            elif number and not number_key(number):
                self.add_error(f"number_{line}", _("A number has digits or letters."))
            elif number:
                key = (kind.casefold(), number_key(number))
                if key in seen:
                    self.add_error(f"number_{line}", _("This number stands in another line already."))
                seen.add(key)
                self._check_nobody_has(line, kind, number)

    def _check_nobody_has(self, line: int, kind: str, number: str) -> None:
        rows = PatientIdentifier.objects.current().filter(
            clinic=self.clinic, system__iexact=kind, value_key=number_key(number)
        )
        taken = rows.exclude(patient=self.instance.pk).select_related("patient").first()
        if taken:
            self.add_error(f"number_{line}", _has_it(taken.patient))

    def _post_clean(self) -> None:
        """The model is validated by the action and the database; here only the fields are."""
        self.instance.clinic = self.clinic
        super()._post_clean()  # type: ignore[misc]  # the stubs hide it

    @property
    def identity(self) -> dict[str, Any]:
        """What goes into the record, by field name."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """Kind and number of each line that was filled in."""
        pairs = (
            (self.cleaned_data[f"kind_{n}"], self.cleaned_data[f"number_{n}"]) for n in self.number_lines
        )
        return [(kind, number) for kind, number in pairs if number]

    @property
    def consent_given(self) -> bool | None:
        """Asked and yes, asked and no, or not asked."""
        return {"yes": True, "no": False}.get(self.cleaned_data["consent"])


def _has_it(patient: Patient) -> SafeString:
    """Who has the number already, with the way there."""
    return format_html(
        str(_('<a href="{}">{}</a>, born {}, has this number already.')),
        reverse("patient", args=[patient.uid]),
        patient.name,
        plain_date(patient.birth_date),
    )


class RegisterForm(PatientForm):
    """Registering asks once whether a likely same person is somebody else."""

    someone_else = forms.BooleanField(
        label=_("This is someone else: register anyway"), required=False, widget=forms.CheckboxInput
    )
