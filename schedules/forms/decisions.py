"""One form a decision. Each builds the draft of what signing would write."""

from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.layout import HTML, Column, Div, Layout, Row
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from patients.forms.base import DayInput
from patients.forms.clinical import PatientDayForm
from patients.vocabulary import (
    PARENTERAL_ROUTES,
    B12Drug,
    BeganWith,
    CloseReason,
    ContactOutcome,
    Interval,
    IntervalReason,
    LongInterval,
    OverrideReason,
    Phase,
    Protocol,
    Regimen,
    Route,
    StopReason,
)
from schedules import drafts
from schedules.actions.decisions import Override
from schedules.forms.contacts import CLOSES
from schedules.models import Contact, Order
from schedules.rules.facts import Facts
from schedules.rules.flags.symptoms import LADDER
from schedules.rules.results import Evaluation

IN_LOADING = [Regimen.ALTERNATE_DAY.choice, Regimen.THREE_TIMES_WEEKLY.choice]
PREVENTION = (Interval.M1.value, _("every month (prevention)"))
BY_MOUTH = (Regimen.DAILY.value, _("daily by mouth"))
OTHER_INTERVALS = [choice for choice in Interval.choices() if choice[0] != Interval.M1.value]
NOT_CHOSEN = [("", _("Choose…"))]
STANDARD_MAINTENANCE = [Interval.M3.choice, Interval.M2.choice]


class DecisionForm(PatientDayForm):
    """What every decision has: its date, a note, and the override of soft refusals."""

    past_dates: tuple[str, ...] = ("on",)
    on = forms.DateField(label=_("Date"), widget=DayInput())
    note = forms.CharField(
        label=_("Note for the record (optional)"), widget=forms.Textarea(attrs={"rows": 2}), required=False
    )
    override_reason = forms.ChoiceField(
        label=_("Reason"), choices=[*NOT_CHOSEN, *OverrideReason.choices()], required=False
    )
    override_note = forms.CharField(label=_("In one sentence"), max_length=300, required=False)
    fields_shown: list[Any] = []

    def __init__(self, *args: Any, now: Evaluation, facts: Facts, order: Order | None, **kwargs: Any) -> None:
        """`order` is the one in force, whose drug, dose and route go on unless the decision is about them."""
        super().__init__(*args, **kwargs)
        self.now, self.facts, self.order = now, facts, order
        self.initial.setdefault("on", self.today)
        self.offer()
        self.helper.layout = Layout("token", *self.fields_shown, Row(Column("on"), Column()), "note")

    def offer(self) -> None:
        """Preselect what usually follows from where the patient stands."""

    def draft(self) -> drafts.Draft:
        """What signing would write. Only after the form is valid."""
        raise NotImplementedError

    @property
    def injected(self) -> dict[str, Any]:
        """Drug, dose and route of the injections ordered now; with none, the guideline's (R4, R8, R11)."""
        order = self.order
        if order is None or order.route not in PARENTERAL_ROUTES:
            return {
                "drug": B12Drug.HYDROXOCOBALAMIN.value,
                "dose": Decimal(1000),
                "route": Route.IM.value,
                "unit": "ug",
            }
        return {"drug": order.drug, "dose": order.dose_ug, "route": order.route, "unit": "ug"}

    @property
    def override(self) -> Override:
        data = self.cleaned_data
        return Override(data.get("override_reason", ""), data.get("override_note", "").strip())


class DrugForm(DecisionForm):
    """Drug, dose and route of an order, and when it is to be renewed."""

    drug = forms.ChoiceField(
        label=_("Drug"), choices=B12Drug.choices(), initial=B12Drug.HYDROXOCOBALAMIN.value
    )
    dose = forms.DecimalField(
        label=_("Dose"), initial=Decimal(1000), min_value=Decimal("0.001"), max_digits=10, decimal_places=3
    )
    unit = forms.ChoiceField(
        label=_("Unit"), choices=[("ug", _("micrograms")), ("mg", _("milligrams"))], initial="ug"
    )
    route = forms.ChoiceField(label=_("Route"), choices=Route.choices(), initial=Route.IM.value)
    until = forms.DateField(label=_("Renew by (optional)"), widget=DayInput(), required=False)
    drug_row: ClassVar[list[Any]] = [
        Row(Column("drug", css_class="col-sm-6"), Column("route", css_class="col-sm-6")),
        Row(
            Column("dose", css_class="col-6 col-sm-3"),
            Column("unit", css_class="col-6 col-sm-3"),
            Column("until", css_class="col-sm-6"),
        ),
    ]

    by_mouth = False

    def offer(self) -> None:
        for name, value in self.injected.items():
            self.initial.setdefault(name, f"{value.normalize():f}" if isinstance(value, Decimal) else value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("route") == Route.ORAL and not self.by_mouth:
            self.add_error("route", _("B12 by mouth is started as such, without dates for injections."))
        if cleaned.get("until") and cleaned.get("on") and cleaned["until"] < cleaned["on"]:
            self.add_error("until", _("Before the order begins."))
        return cleaned


class PrescribeForm(DrugForm):
    """Start loading or prevention, order B12 by mouth, or a new order during a plan."""

    regimen = forms.ChoiceField(
        label=_("How often"),
        choices=[*Regimen.choices(), *Interval.choices()],
        widget=forms.RadioSelect,
    )
    maintenance_interval = forms.ChoiceField(
        label=_("After loading"), choices=STANDARD_MAINTENANCE, initial=Interval.M3.value, required=False,
        help_text=_("After alternate days it is every 2 months whatever is chosen here."),
    )  # fmt: skip
    reasons = forms.MultipleChoiceField(
        label=_("Why, if this changes the interval"), choices=IntervalReason.choices(),
        widget=forms.CheckboxSelectMultiple, required=False,
    )  # fmt: skip
    again = forms.BooleanField(label=_("Begin loading anew (a gap, or another protocol)"), required=False)
    by_mouth = True
    fields_shown = [
        Div("regimen", css_class="tick-choices"),
        *DrugForm.drug_row,
        Row(Column("maintenance_interval", css_class="col-sm-6"), Column()),
        "again",
        Div("reasons", css_class="inline-choices"),
    ]

    def offer(self) -> None:
        super().offer()
        field: Any = self.fields["regimen"]
        if self.now.protocol is None:
            field.choices = [*IN_LOADING, PREVENTION, BY_MOUTH, *OTHER_INTERVALS]
            self._leave_out("reasons", "again")
        elif self.now.phase == Phase.LOADING:
            field.choices = [*IN_LOADING, BY_MOUTH]
            self.initial.setdefault("regimen", self.now.protocol)
            self._leave_out("reasons")
        else:
            field.choices = [*Interval.choices(), *IN_LOADING, BY_MOUTH]
            self.initial.setdefault("regimen", self.now.interval)
            self._leave_out("again")

    def _leave_out(self, *names: str) -> None:
        """Without the questions that do not arise where the patient stands."""
        for name in names:
            del self.fields[name]
        self.fields_shown = [
            part for part in self.fields_shown if not {*names} & {part, *getattr(part, "fields", ())}
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        daily, oral = cleaned.get("regimen") == Regimen.DAILY, cleaned.get("route") == Route.ORAL
        if oral and cleaned.get("regimen") and not daily:
            self.add_error("regimen", _("By mouth it is taken daily."))
        if daily and cleaned.get("route") and not oral:
            self.add_error("route", _("Daily is for B12 by mouth: choose that route."))
        return cleaned

    def draft(self) -> drafts.Draft:
        return drafts.prescription_draft(self.cleaned_data, self.now)


class TakeOverForm(DrugForm):
    """Treatment that began elsewhere goes on here."""

    past_dates = ("on", "last_dose_on")
    interval = forms.ChoiceField(label=_("Interval until now"), choices=[*NOT_CHOSEN, *Interval.choices()])
    began_with = forms.ChoiceField(
        label=_("It began with"), choices=BeganWith.choices(), initial=BeganWith.UNKNOWN.value
    )
    last_dose_on = forms.DateField(
        label=_("Last dose there"), widget=DayInput(), required=False,
        help_text=_("It is recorded as given elsewhere and sets the next date."),
    )  # fmt: skip
    source = forms.CharField(label=_("Who said so"), max_length=120, help_text=_("Clinic, letter, patient."))
    fields_shown = [
        Row(Column("interval", css_class="col-sm-6"), Column("began_with", css_class="col-sm-6")),
        Row(Column("last_dose_on", css_class="col-sm-6"), Column("source", css_class="col-sm-6")),
        *DrugForm.drug_row,
    ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("last_dose_on") and cleaned.get("on") and cleaned["last_dose_on"] > cleaned["on"]:
            self.add_error("last_dose_on", _("After the day from which you take over."))
        return cleaned

    def draft(self) -> drafts.Draft:
        return drafts.take_over_draft(self.cleaned_data, self.now)


class MaintenanceForm(DecisionForm):
    """Confirm the plateau: loading ends, maintenance begins."""

    def offer(self) -> None:
        interval = Interval(drafts.maintenance_interval(self.facts, self.now)).label
        why = (
            _("After alternate days it is every 2 months (guideline R7).")
            if self.now.protocol == Protocol.ALTERNATE_DAY
            else _("As chosen when loading began; it can be changed afterwards.")
        )
        self.fields_shown = [
            HTML(format_html('<p>{} <b>{}</b>. <span class="quiet">{}</span></p>', _("Then"), interval, why))
        ]

    def draft(self) -> drafts.Draft:
        interval = drafts.maintenance_interval(self.facts, self.now)
        return drafts.maintenance_draft(self.injected | self.cleaned_data, interval)


class IntervalForm(DecisionForm):
    """Another interval, for a clinical reason."""

    to = forms.ChoiceField(
        label=_("New interval"),
        choices=[*Interval.choices(), *LongInterval.choices()],
        widget=forms.RadioSelect,
    )
    reasons = forms.MultipleChoiceField(
        label=_("Why"), choices=IntervalReason.choices(), widget=forms.CheckboxSelectMultiple, required=False
    )
    fields_shown = [Div("to", css_class="tick-choices"), Div("reasons", css_class="tick-choices")]

    def offer(self) -> None:
        if self.now.interval is None:
            return
        step = LADDER.get(Interval(self.now.interval))
        proposed = any("proposed_interval" in finding.facts for finding in self.now.findings)
        field: Any = self.fields["to"]
        field.choices = [
            (value, f"{label} ({_('next step up')})" if step and value == step.value else label)
            for value, label in field.choices
            if value != self.now.interval
        ]
        if step and proposed:
            self.initial.setdefault("to", step.value)

    def draft(self) -> drafts.Draft:
        return drafts.interval_draft(self.injected | self.cleaned_data, self.now)


class StopForm(DecisionForm):
    """Stop treatment."""

    reason = forms.ChoiceField(label=_("Why"), choices=StopReason.choices(), widget=forms.RadioSelect)
    fields_shown = [Div("reason", css_class="tick-choices")]

    def draft(self) -> drafts.Draft:
        return drafts.stop_draft(self.cleaned_data, self.now)


class CloseForm(DecisionForm):
    """Died, transferred, declined."""

    reason = forms.ChoiceField(
        label=_("What happened"), choices=CloseReason.choices(), widget=forms.RadioSelect
    )
    source = forms.CharField(label=_("Who said so"), max_length=120)
    fields_shown = [Div("reason", css_class="tick-choices"), "source"]

    def offer(self) -> None:
        """What was said in a contact of today."""
        told = Contact.objects.filter(patient=self.patient).order_by("-at").first()
        if (
            told
            and told.outcome in CLOSES
            and told.at.astimezone(self.patient.clinic.tz).date() == self.today
        ):
            self.initial["reason"] = CLOSES[ContactOutcome(told.outcome)].value
            self.initial["source"] = told.note[:120]
        # The answer to a change of the reason brings the other words along.
        self.fields["on"].label = format_html('<span id="day-label">{}</span>', self.day_words)

    @property
    def day_words(self) -> str:
        """What the date is, as far as the reason is known."""
        reason = self.data.get("reason") if self.is_bound else self.initial.get("reason")
        return str(_("Date of death") if reason == CloseReason.DIED else _("Since"))

    def draft(self) -> drafts.Draft:
        return drafts.close_draft(self.cleaned_data, self.now)


class FolicAcidForm(DecisionForm):
    """Folic acid, daily."""

    dose_mg = forms.DecimalField(
        label=_("Daily dose, milligrams"),
        initial=Decimal(5),
        min_value=Decimal("0.1"),
        max_digits=8,
        decimal_places=3,
    )
    fields_shown = [Row(Column("dose_mg", css_class="col-sm-6"), Column())]

    def draft(self) -> drafts.Draft:
        return drafts.folic_acid_draft(self.cleaned_data, self.now)
