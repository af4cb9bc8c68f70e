"""Forms of a clinic's own pages."""

import datetime as dt
from typing import Any
from zoneinfo import available_timezones

import holidays
from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.forms.base import ClockInput, DayInput
from patients.models import Batch, Clinic, Product
from patients.permissions import Role

WEEKDAYS = [
    (0, gettext_lazy("Monday")),
    (1, gettext_lazy("Tuesday")),
    (2, gettext_lazy("Wednesday")),
    (3, gettext_lazy("Thursday")),
    (4, gettext_lazy("Friday")),
    (5, gettext_lazy("Saturday")),
    (6, gettext_lazy("Sunday")),
]


def _fields_only() -> FormHelper:
    """The page has the form tag, the token and the buttons."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


class ClinicForm(forms.ModelForm):
    """A clinic's settings."""

    open_weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Open on"), coerce=int, choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    class Meta:
        model = Clinic
        fields = [
            "name", "phone", "address", "open_weekdays", "time_zone", "country", "region", "units",
            "reminders_on", "sender_name", "send_from", "send_until", "morning_at",
        ]  # fmt: skip
        widgets = {
            "address": forms.Textarea(attrs={"rows": 3}),
            "send_from": ClockInput(),
            "send_until": ClockInput(),
            "morning_at": ClockInput(),
        }
        help_texts = {
            "country": gettext_lazy("Two letters, such as GB"),
            "region": gettext_lazy("Where regions differ, such as ENG"),
            "phone": gettext_lazy("Stands in every reminder"),
            "sender_name": gettext_lazy("Empty: the clinic's name. No clinical word may stand in it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(name, name.replace("_", " ")) for name in sorted(available_timezones())]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]
        self.helper = _fields_only()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        country, region = data.get("country", "").upper(), data.get("region", "").upper()
        known = holidays.list_supported_countries()
        if country not in known:
            self.add_error("country", _("No public holidays are known for this country."))
        elif region and region not in known[country]:
            self.add_error("region", _("Known regions: %s.") % ", ".join(known[country]))
        begins, ends = data.get("send_from"), data.get("send_until")
        if begins and ends and begins >= ends:
            self.add_error("send_until", _("Must be later than the time before it."))
        return data | {
            "country": country,
            "region": region,
            "open_weekdays": sorted(data.get("open_weekdays", [])),
        }


class ClosedDayForm(forms.Form):
    """A closed day of the clinic's own."""

    date = forms.DateField(label=gettext_lazy("Date"), widget=DayInput())
    name = forms.CharField(label=gettext_lazy("Why"), max_length=120)


class RolesForm(forms.Form):
    """What a person does in this clinic."""

    roles = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Roles in this clinic"),
        coerce=Role,
        choices=Role.choices(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _fields_only()


class InvitationForm(RolesForm):
    """Somebody new, or known from another clinic."""

    email = forms.EmailField(label=gettext_lazy("E-mail"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    field_order = ["email", "name", "roles"]


class ProductForm(forms.ModelForm):
    """A product on the shelf."""

    class Meta:
        model = Product
        fields = ["name", "drug", "strength_ug", "manufacturer", "gtin"]

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        self.helper = _fields_only()

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if Product.objects.filter(clinic=self.clinic, name__iexact=name).exists():
            raise forms.ValidationError(_("This clinic has a product of that name."))
        return name


class BatchForm(forms.Form):
    """A batch of a product."""

    product = forms.ModelChoiceField(label=gettext_lazy("Product"), queryset=Product.objects.none())
    number = forms.CharField(label=gettext_lazy("Batch number"), max_length=40)
    expires_on = forms.DateField(label=gettext_lazy("Expires"), widget=DayInput())

    def __init__(self, *args: Any, clinic: Clinic, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        products = Product.objects.filter(clinic=clinic, active=True).order_by("name")
        self.fields["product"].queryset = products  # type: ignore[attr-defined]
        self.helper = _fields_only()

    def clean_expires_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["expires_on"]
        if day < self.today:
            raise forms.ValidationError(_("This batch has expired."))
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        product, number = data.get("product"), data.get("number", "")
        if product and Batch.objects.filter(product=product, number__iexact=number).exists():
            self.add_error("number", _("This product has a batch of that number."))
        return data


class WithdrawalForm(forms.Form):
    """Why a batch is withdrawn."""

    reason = forms.CharField(label=gettext_lazy("Why is it withdrawn?"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _fields_only()


class ReinstatementForm(forms.Form):
    """Why a withdrawn batch is put back into use; `sure` once the second page was read."""

    reason = forms.CharField(label=gettext_lazy("Why may it be given again?"), max_length=200)
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _fields_only()
