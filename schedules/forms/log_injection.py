"""The form of one dose: nothing about safety is ticked beforehand, everything else is filled in."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions.injections import Afterwards, Dose, Screening
from patients.check_ins import in_words
from patients.forms.base import ActionForm, ClockInput, DayInput
from patients.forms.clinical import PatientDayForm
from patients.models import Batch
from patients.templatetags.clinic_words import plain_date
from patients.vocabulary import (
    B12Drug,
    BodySite,
    Domain,
    NotGivenReason,
    OverrideReason,
    Place,
    PregnancyStatus,
    Route,
    Score,
)
from schedules.actions.log_injection import Beside
from schedules.dose_visit import DoseVisit
from schedules.vials import UnreadableVialError, Vial, on_shelf, read_vial

QUESTIONS = {
    "reaction": gettext_lazy("Reaction to an earlier injection?"),
    "pregnancy": gettext_lazy("Pregnant or planning?"),
    "bleeding": gettext_lazy("Anticoagulant, bleeding?"),
    "symptoms": gettext_lazy("New symptoms?"),
}
_ROUTES = [route.choice for route in (Route.IM, Route.SC, Route.IV)]


def _text(label: Any, *, length: int = 300) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=length)


class ReasonFields(forms.Form):
    """The recorder's own reason, asked for only when the rules question the entry."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why it is right"),
        required=False,
        choices=[("", gettext_lazy("Choose a reason")), *OverrideReason.choices()],
    )
    sentence = _text(gettext_lazy("In one sentence"))

    def ask_reason(self) -> None:
        """Say at the fields what is missing."""
        data = getattr(self, "cleaned_data", {})
        for name in ("reason", "sentence"):
            if not data.get(name):
                self.add_error(name, _("Needed to record it all the same."))


class GivenFields(PatientDayForm):
    """When, what and how it was given; filled in from the plan."""

    past_dates = ("on",)
    dose_fields: tuple[str, ...] = ("drug", "dose_ug", "route", "batch_number", "expires_on", "place", "note")
    on = forms.DateField(label=gettext_lazy("Date"), widget=DayInput())
    at = forms.TimeField(label=gettext_lazy("Time"), widget=ClockInput(), required=False)
    drug = forms.ChoiceField(label=gettext_lazy("Drug"), choices=B12Drug.choices())
    dose_ug = forms.DecimalField(
        label=gettext_lazy("Dose, micrograms"), min_value=1, max_value=99999, decimal_places=2
    )
    route = forms.ChoiceField(label=gettext_lazy("How"), choices=_ROUTES)
    batch_number = _text(gettext_lazy("Another batch number"), length=40)
    expires_on = forms.DateField(label=gettext_lazy("Its expiry date"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, visit: DoseVisit, now: dt.datetime, **kwargs: Any) -> None:
        self.visit = visit
        if not (args and args[0] is not None):
            kwargs["initial"] = self.filled_in(visit, now) | kwargs.get("initial", {})
        super().__init__(*args, patient=visit.patient, today=visit.today, **kwargs)
        self.fields["on"].widget.attrs["max"] = visit.today.isoformat()

    def expected_dose(self) -> Dose:
        """The dose as filled in, before anybody changed it."""
        visit = self.visit
        return Dose(visit.today, self.initial.get("at"), visit.drug, Decimal(visit.dose_ug), visit.route)

    @property
    def dose_in_doubt(self) -> bool:
        """Whether what was given, and when, has to be looked at again: its fields stand open."""
        return self.is_bound and any(name in self.errors for name in self.dose_fields if name in self.fields)

    def filled_in(self, visit: DoseVisit, now: dt.datetime) -> dict[str, Any]:
        return {
            "on": visit.today,
            "drug": visit.drug,
            "dose_ug": f"{Decimal(visit.dose_ug).normalize():f}",
            "route": visit.route,
        }


class BatchFields(GivenFields):
    """With the batch: one of the shelf, or another that is typed in."""

    batch = forms.ChoiceField(label=gettext_lazy("Batch"), required=False)
    batch_reason = _text(gettext_lazy("Why this batch, or why it is not known"), length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["batch"].choices = [*self.batches_to_choose, ("", _("Another one"))]  # type: ignore[attr-defined]
        gone = _("This batch is not offered any more. Choose the one in your hand.")
        self.fields["batch"].error_messages["invalid_choice"] = gone

    @property
    def offered(self) -> list[Batch]:
        """The batches to choose from."""
        return self.visit.batches

    def check_batch(self, cleaned: dict[str, Any]) -> None:
        """A batch of the shelf, or one typed in. An expired or withdrawn one only with a reason; so an unknown one."""
        chosen, typed = cleaned.get("batch"), (cleaned.get("batch_number") or "").strip()
        cleaned["shelf"] = None
        if not typed:
            cleaned["shelf"] = next((b for b in self.offered if str(b.pk) == chosen), None)
            if cleaned["shelf"] is None and not cleaned.get("batch_reason") and "batch" not in self.errors:
                self._ask_for_batch()
            return
        shelf = on_shelf(Vial("", typed, None), clinic_id=self.patient.clinic_id)
        cleaned["shelf"] = shelf
        expires_on = shelf.expires_on if shelf else cleaned.get("expires_on")
        if cleaned.get("batch_reason"):
            return
        if shelf and shelf.withdrawn_at:
            words = _("This batch was withdrawn: %(why)s. If it was given, say why.")
            self.add_error("batch_reason", words % {"why": shelf.withdrawn_reason})
        elif expires_on and cleaned.get("on") and expires_on < cleaned["on"]:
            self.add_error("batch_reason", _("This batch had expired. If it was given, say why."))

    def _ask_for_batch(self) -> None:
        if self.asks_batch:
            words = _("Choose the batch or scan the vial. If it is not known, say why below.")
            self.add_error("batch", words)
        else:
            self.add_error("batch_number", _("Type the batch number, or say why it is not known."))

    @property
    def asks_batch(self) -> bool:
        """Whether nothing is filled in and one of the shelf is to be chosen, by one press."""
        return self.visit.batch is None and bool(self.visit.batches)

    @property
    def batches_to_choose(self) -> list[tuple[str, str]]:
        """Those of the shelf, as value and words."""
        return [(str(batch.pk), batch_words(batch)) for batch in self.offered]

    @property
    def why_batch(self) -> str:
        """Why the batch that is shown was filled in; empty once another was chosen."""
        batch = self.visit.batch
        if batch is None or str(self["batch"].value()) != str(batch.pk):
            return ""
        if batch != self.visit.opened:
            return _("the only one on the shelf: check the vial")
        if self.visit.batch_is_todays:
            return _("today's vial")
        return _("as last used here: check the vial")


class LogForm(BatchFields, ReasonFields):
    """A dose given here, now."""

    dose_fields = (*GivenFields.dose_fields[:-2], "on", "at", "site", "batch", "batch_reason", "scan")
    identity = forms.BooleanField(required=False)
    blood = forms.ChoiceField(
        required=False,
        choices=[
            ("before", gettext_lazy("Taken, before the dose")),
            ("no", gettext_lazy("Not taken…")),
        ],
        widget=forms.RadioSelect,
    )
    blood_note = _text(gettext_lazy("Why not"), length=200)
    no_to_all = forms.BooleanField(required=False)
    yes = forms.MultipleChoiceField(required=False, choices=list(QUESTIONS.items()))
    reaction_told = _text(gettext_lazy("What happened, and when"))
    go_ahead = _text(gettext_lazy("Who decided that it may be given, and why"))
    pregnancy = forms.ChoiceField(
        required=False, choices=[("", "–"), *PregnancyStatus.choices()], widget=forms.RadioSelect
    )
    bleeding_told = _text(gettext_lazy("Which medicine or risk"))
    symptoms_told = _text(gettext_lazy("Which symptoms, since when"))
    under_skin = forms.BooleanField(label=gettext_lazy("Given under the skin (SC) instead"), required=False)
    same_as_last = forms.BooleanField(label=gettext_lazy("Same as last time"), required=False)
    scan = _text(gettext_lazy("Scan the vial"), length=200)
    site = forms.ChoiceField(label=gettext_lazy("Where"), choices=BodySite.choices(), required=False)
    reaction = _text(gettext_lazy("Reaction after this dose"))
    note = _text(gettext_lazy("Note"), length=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for domain in Domain:
            self.fields[domain.value] = forms.TypedChoiceField(
                choices=Score.choices(), coerce=int, empty_value=None, required=False, label=domain.label
            )

    def filled_in(self, visit: DoseVisit, now: dt.datetime) -> dict[str, Any]:
        return super().filled_in(visit, now) | {
            "at": now.time().replace(second=0, microsecond=0),
            "site": visit.site,
            "batch": str(visit.batch.pk) if visit.batch else "",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        yes = cleaned.get("yes", [])
        if not cleaned.get("identity"):
            self.add_error("identity", _("Ask for name and birth date, then tick."))
        if self.visit.blood and not self.visit.blood.taken_on and not cleaned.get("blood"):
            self.add_error("blood", _("Say whether the blood was taken."))
        if not yes and not cleaned.get("no_to_all"):
            self.add_error("no_to_all", _("Ask the four questions, then tick."))
        if yes and cleaned.get("no_to_all"):
            self.add_error("no_to_all", _("“No to all four” is ticked and a question is answered with yes."))
        self._check_answers(cleaned, yes)
        if cleaned.get("scan"):
            self._take_from_scan(cleaned)
        self.check_batch(cleaned)
        if cleaned.get("under_skin"):
            cleaned["route"] = Route.SC.value
        return cleaned

    def _check_answers(self, cleaned: dict[str, Any], yes: Iterable[str]) -> None:
        asked = {
            "reaction": ("reaction_told", _("Write down what happened.")),
            "pregnancy": ("pregnancy", _("Choose one.")),
            "bleeding": ("bleeding_told", _("Write down which.")),
        }
        for answer in yes:
            name, words = asked.get(answer, ("", ""))
            if name and not cleaned.get(name):
                self.add_error(name, words)
        stops = self.visit.stop_and_read or "reaction" in yes
        if stops and not cleaned.get("go_ahead"):
            self.add_error(
                "go_ahead",
                _(
                    "Do not give it before a physician has decided. Write down who did, or choose “Not given”."
                ),
            )

    def _take_from_scan(self, cleaned: dict[str, Any]) -> None:
        """Without script the scanned text comes with the form."""
        try:
            vial = read_vial(cleaned["scan"])
        except UnreadableVialError:
            self.add_error(
                "scan", _("This is neither the barcode of a vial with its batch nor a batch number.")
            )
        else:
            cleaned["batch_number"], cleaned["expires_on"] = vial.number, vial.expires_on

    @property
    def scores(self) -> dict[str, int | None] | None:
        """The scores chosen, or last time's where that was ticked and nothing else chosen; none: not assessed."""
        chosen = {domain.value: self.cleaned_data.get(domain.value) for domain in Domain}
        if any(score is not None for score in chosen.values()):
            return chosen
        return dict(self.visit.last_assessment.scores) if self._repeats else None  # type: ignore[union-attr]

    @property
    def _repeats(self) -> bool:
        return bool(self.cleaned_data.get("same_as_last") and self.visit.may_repeat_scores)

    @property
    def leaves_scores_due(self) -> bool:
        """Whether an assessment is due and these scores are none, or not all five."""
        scores = self.scores or {}
        return self.visit.assessment_due and any(scores.get(domain.value) is None for domain in Domain)

    @property
    def score_rows(self) -> list[dict[str, Any]]:
        """What components/score_rows.html draws."""
        last, said = self.visit.last_assessment, self.visit.said
        return [
            {
                "name": domain.value,
                "label": domain.label,
                "last": getattr(last, domain.value) if last else None,
                "said": in_words(getattr(said, domain.value)) if said else "",
                "chosen": str(self[domain.value].value() if self[domain.value].value() is not None else ""),
                "scores": [(score.value, score.label) for score in Score],
            }
            for domain in Domain
        ]

    @property
    def answers(self) -> set[str]:
        """Questions answered with yes, also while the form is not complete."""
        return set(self["yes"].value() or ())

    def dose(self) -> Dose:
        data = self.cleaned_data
        return Dose(
            on=data["on"],
            at=data["at"],
            drug=data["drug"],
            dose_ug=data["dose_ug"],
            route=data["route"],
            site=data["site"],
            batch=data["shelf"],
            batch_number=data["batch_number"].strip(),
            expires_on=data["expires_on"],
            batch_reason=data["batch_reason"],
        )

    def screening(self) -> Screening:
        data = self.cleaned_data
        yes = data["yes"]
        told = [
            data[name]
            for answer, name in [
                ("reaction", "reaction_told"),
                ("bleeding", "bleeding_told"),
                ("symptoms", "symptoms_told"),
            ]
            if answer in yes and data[name]
        ]
        if data["go_ahead"]:
            told.append(_("Decided: %(who)s") % {"who": data["go_ahead"]})
        return Screening(data["identity"], data["no_to_all"] and not yes, tuple(yes), " · ".join(told)[:300])

    def beside(self) -> Beside:
        data = self.cleaned_data
        blood, scores = self.visit.blood, self.scores
        taken = blood is not None and data["blood"] == "before"
        notes = [data["note"]]
        if data["blood"] == "no":
            notes.append(_("Blood not taken: %(why)s") % {"why": data["blood_note"] or "–"})
        return Beside(
            scores=scores,
            same_as_last=self._repeats and scores == self.visit.last_assessment.scores,  # type: ignore[union-attr]
            draw=blood.contents if taken and blood else None,
            pregnancy=data["pregnancy"] if "pregnancy" in data["yes"] else "",
            after=Afterwards(data["reaction"], "\n".join(note for note in notes if note)),
        )


class ElsewhereForm(GivenFields, ReasonFields):
    """A dose given elsewhere: when, and who said so."""

    place = forms.ChoiceField(
        label=gettext_lazy("By whom"),
        choices=[
            (Place.ELSEWHERE.value, gettext_lazy("Another clinic")),
            (Place.SELF.value, gettext_lazy("The patient, at home")),
        ],
        widget=forms.RadioSelect,
        initial=Place.ELSEWHERE.value,
    )
    source = forms.ChoiceField(
        choices=[
            (gettext_lazy("the patient"), gettext_lazy("The patient says so")),
            (gettext_lazy("a letter"), gettext_lazy("A letter says so")),
            (gettext_lazy("a phone call"), gettext_lazy("Told by phone")),
        ],
        error_messages={"required": gettext_lazy("Not saved yet: press who says so.")},
    )
    note = _text(gettext_lazy("Note"), length=1000)

    def dose(self) -> Dose:
        data = self.cleaned_data
        return Dose(
            on=data["on"],
            at=data["at"],
            drug=data["drug"],
            dose_ug=data["dose_ug"],
            route=data["route"],
            place=data["place"],
            place_source=data["source"],
            batch_number=data["batch_number"].strip(),
            expires_on=data["expires_on"],
        )

    def afterwards(self) -> Afterwards:
        return Afterwards(note=self.cleaned_data["note"])


class NotGivenForm(ActionForm):
    """Why a dose was not given: one tap."""

    reason = forms.ChoiceField(
        choices=NotGivenReason.choices(),
        error_messages={"required": gettext_lazy("Not saved yet: press the reason.")},
    )
    note = _text(gettext_lazy("Note"))


def batch_words(batch: Batch) -> str:
    """H4471B, expires Aug 2027."""
    return f"{batch.number}, {_('expires')} {plain_date(batch.expires_on).partition(' ')[2]}"
