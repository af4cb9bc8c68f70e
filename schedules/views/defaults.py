"""A clinic's defaults of the guideline: what is in force, who changed it, and changing one after seeing its effect."""

from functools import partial
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from patients.models import Clinic, ClinicDefaults
from patients.notices import notify
from patients.permissions import Action, allow, clinic_here, member_of
from patients.views.people import physicians_of
from schedules.actions.defaults import UnchangedError, change_default, effect_of, values_in_force
from schedules.actions.rebuild import ask_for_rebuild
from schedules.default_words import WORDS, number_words
from schedules.facts import defaults_from
from schedules.forms.defaults import NAMES, DefaultForm
from schedules.rules.defaults import STANDARD
from schedules.rules.sources import DEFAULTS
from schedules.tasks import rebuild_wanted_clinics, soon


def _managed(request: HttpRequest) -> Clinic:
    clinic = clinic_here(request)
    if not member_of(request).may(Action.MANAGE_CLINIC, clinic.pk):
        raise Http404
    return clinic


def _number_of(name: str) -> str:
    """The default a number belongs to: "d12_1mo_days" to D12."""
    return name.partition("_")[0].upper()


def _row(name: str, changed: dict[str, str]) -> dict[str, Any]:
    """A number as specified and as it is here."""
    standard = getattr(STANDARD, name)
    value = changed.get(name, standard)
    return {
        "name": name,
        "label": _(WORDS[name][0]),
        "standard": number_words(name, standard),
        "value": number_words(name, value),
        "changed": str(value) != str(standard),
    }


@allow(Action.MANAGE_CLINIC, section="clinic")
def clinic_defaults(request: HttpRequest) -> HttpResponse:
    """Every default with its number here, as specified or changed."""
    clinic = _managed(request)
    changed = values_in_force(clinic)
    groups: dict[str, list[dict[str, Any]]] = {}
    for name in NAMES:
        groups.setdefault(_number_of(name), []).append(_row(name, changed))
    shown = [{"rule": DEFAULTS[number], "rows": rows} for number, rows in groups.items()]
    kept = ClinicDefaults.objects.filter(clinic=clinic).order_by("-version")[:50]
    versions = kept.select_related("changed_by", "agreed_by")
    return render(request, "schedules/defaults.html", {"groups": shown, "versions": versions})


@allow(Action.MANAGE_CLINIC, section="clinic")
def change_clinic_default(request: HttpRequest, name: str) -> HttpResponse:
    """First shows how many patients' calendars and flags would change, then keeps it and rebuilds."""
    clinic = _managed(request)
    if name not in NAMES:
        raise Http404
    values = values_in_force(clinic)
    form = DefaultForm(
        request.POST or None,
        name=name,
        physicians=physicians_of(clinic),
        initial={"value": values.get(name, getattr(STANDARD, name))},
    )
    context: dict[str, Any] = {
        "form": form,
        "row": _row(name, values),
        "rule": DEFAULTS[_number_of(name)],
    }
    if request.method == "POST" and form.is_valid():
        value = form.cleaned_data["value"]
        if "confirm" in request.POST:
            return _change(request, clinic, form)
        context["effect"] = effect_of(clinic, defaults_from(values | {name: value}))
    return render(request, "schedules/default_change.html", context, status=422 if form.errors else 200)


def _change(request: HttpRequest, clinic: Clinic, form: DefaultForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        change_default(
            clinic=clinic,
            name=form.name,
            value=data["value"],
            reason=data["reason"],
            agreed_by=data["agreed_by"],
            by=request.user,
        )
    except UnchangedError:
        notify(request, _("Nothing changed: this value is in force already."))
        return redirect("clinic_defaults")
    ask_for_rebuild(clinic)
    transaction.on_commit(partial(soon, rebuild_wanted_clinics))
    notify(request, _("Changed. The calendars of this clinic are being worked out again."))
    return redirect("clinic_defaults")
