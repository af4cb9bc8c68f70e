"""The form that corrects a dose: filled in with what is on record."""

import datetime as dt
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions.injections import Afterwards, Dose, dose_of
from patients.models import Batch, Injection
from patients.vocabulary import BodySite, Place, Route
from schedules.dose_visit import DoseVisit
from schedules.forms.log_injection import BatchFields, ReasonFields

_BATCH = ("on", "batch", "batch_number", "expires_on", "batch_reason", "place")


def _long(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )


class AmendForm(BatchFields, ReasonFields):
    """What was given, when, where and from which batch; what was seen; and why it is corrected."""

    site = forms.ChoiceField(
        label=gettext_lazy("Body site"),
        choices=[("", gettext_lazy("Not recorded")), *BodySite.choices()],
        required=False,
    )
    place = forms.ChoiceField(label=gettext_lazy("Where given"), choices=Place.choices())
    place_source = forms.CharField(
        label=gettext_lazy("Who said so, if not given here"), required=False, max_length=120
    )
    reaction = _long(gettext_lazy("Reaction after this dose"))
    note = _long(gettext_lazy("Note"))
    why = forms.CharField(
        label=gettext_lazy("Why is it corrected?"),
        max_length=300,
        help_text=gettext_lazy("One sentence; it is kept with the entry as it was."),
    )

    def __init__(
        self, *args: Any, injection: Injection, visit: DoseVisit, now: dt.datetime, **kwargs: Any
    ) -> None:
        self.injection = injection
        super().__init__(*args, visit=visit, now=now, **kwargs)
        route: Any = self.fields["route"]
        if injection.route not in dict(route.choices):
            route.choices = [*route.choices, Route(injection.route).choice]

    def filled_in(self, visit: DoseVisit, now: dt.datetime) -> dict[str, Any]:
        return self._on_record

    @property
    def _on_record(self) -> dict[str, Any]:
        row = self.injection
        return {
            "on": row.on,
            "at": row.at,
            "drug": row.drug,
            "dose_ug": f"{row.dose_ug.normalize():f}",
            "route": row.route,
            "site": row.site,
            "place": row.place,
            "place_source": row.place_source,
            "batch": str(row.batch_id or ""),
            "batch_number": "" if row.batch_id else row.batch_number,
            "expires_on": None if row.batch_id else row.expires_on,
            "batch_reason": row.batch_reason,
            "reaction": row.reaction,
            "note": row.note,
            "reason": row.override_reason,
            "sentence": row.override_note,
        }

    @cached_property
    def offered(self) -> list[Batch]:
        """The shelf of today, and the batch that is on record."""
        own, shelf = self.injection.batch, self.visit.batches
        return shelf if own is None or own in shelf else [own, *shelf]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("reaction", "note"):
            cleaned[name] = cleaned.get(name, "").replace("\r\n", "\n")
        at, was = cleaned.get("at"), self.injection.at
        if at and was and at == was.replace(second=0, microsecond=0):
            cleaned["at"] = was
        # What is on record of the batch is not asked about while nothing about it changes.
        self._keep_batch(cleaned)
        if cleaned.get("place") == Place.HERE:
            cleaned["place_source"] = ""
        elif self.injection.place == Place.HERE and not cleaned.get("place_source"):
            self.add_error("place_source", _("Say who said so."))
        if not self.errors and (self.dose(), self.afterwards()) == self._was:
            self.add_error(None, _("Nothing is changed yet."))
        return cleaned

    def _keep_batch(self, cleaned: dict[str, Any]) -> None:
        on_record = self._on_record
        if all((cleaned.get(name) or "") == (on_record[name] or "") for name in _BATCH):
            cleaned["shelf"] = self.injection.batch
        elif cleaned.get("place") != Place.HERE and not (cleaned.get("batch") or cleaned.get("batch_number")):
            cleaned["shelf"] = None  # Elsewhere the batch is seldom known.
        else:
            self.check_batch(cleaned)

    @property
    def _was(self) -> tuple[Dose, Afterwards]:
        row = self.injection
        return dose_of(row), Afterwards(row.reaction.strip(), row.note.strip())

    def recorded(self) -> Dose:
        """The dose as it is on record."""
        return dose_of(self.injection)

    def dose(self) -> Dose:
        """The corrected one."""
        data = self.cleaned_data
        shelf = data["shelf"]
        return Dose(
            on=data["on"],
            at=data["at"],
            drug=data["drug"],
            dose_ug=data["dose_ug"],
            route=data["route"],
            site=data["site"],
            place=data["place"],
            place_source=data["place_source"],
            batch=shelf,
            batch_number=shelf.number if shelf else data["batch_number"].strip(),
            expires_on=shelf.expires_on if shelf else data["expires_on"],
            batch_reason=data["batch_reason"],
        )

    def afterwards(self) -> Afterwards:
        return Afterwards(self.cleaned_data["reaction"], self.cleaned_data["note"])
