"""Two records of one person: choose the other, compare, merge; and separate them again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions.access import log_access
from patients.actions.once import AlreadySubmittedError, recorded_before
from patients.actions.people import likely_same_person
from patients.models import Patient, PatientIdentifier
from patients.notices import notify
from patients.permissions import Action, allow, member_of, patient_or_404
from patients.templatetags.clinic_words import day, plain_date
from patients.views.page import patient_context
from schedules.actions import merge as actions
from schedules.facts import facts_for
from schedules.forms.people import MergeForm, SeparateForm
from schedules.merging import (
    bookings_of_both,
    consent_taken,
    look_out_for,
    order_to_end,
    preview_merge,
    taken_over,
)
from schedules.models import Merge, PatientSchedule
from schedules.plan_words import plan_words
from schedules.timeline_words import order_title
from schedules.views.choose_person import choosing_context

YEAR = dt.timedelta(365)
# Tables in a nurse's words, in the order shown.
TABLES = {
    "patients.injection": gettext_lazy("Injections"),
    "patients.labresult": gettext_lazy("Blood results"),
    "patients.blooddraw": gettext_lazy("Blood drawn, results to come"),
    "patients.assessment": gettext_lazy("Assessments"),
    "patients.checkin": gettext_lazy("Patient's answers"),
    "schedules.decision": gettext_lazy("Decisions"),
    "schedules.order": gettext_lazy("Orders"),
    "patients.cause": gettext_lazy("Causes"),
    "patients.medication": gettext_lazy("Medicines"),
    "patients.pregnancy": gettext_lazy("Pregnancy records"),
    "schedules.booking": gettext_lazy("Bookings"),
    "schedules.contact": gettext_lazy("Contacts"),
    "patients.batchnotice": gettext_lazy("Told about a batch"),
    "patients.patientidentifier": gettext_lazy("Other numbers"),
}
LOOK_OUT = {
    "birth_date": gettext_lazy("The birth dates differ."),
    "sex": gettext_lazy("The sex differs."),
    "numbers": gettext_lazy("They have different numbers of the same kind."),
}


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One line of the comparison: the same thing of both records."""

    label: Any
    one: Any
    other: Any

    @property
    def differs(self) -> bool:
        """Whether both are known and not the same."""
        unknown = {_("none"), _("none recorded"), "–"}
        return self.one != self.other and not unknown & {self.one, self.other}


@allow(Action.MERGE, section="patient_search")
def merge_choose(request: HttpRequest, uid: str) -> HttpResponse:
    """Which other record is this person's? Proposed: the same birth date and a like name, or an equal number."""
    patient = patient_or_404(request, uid, Action.MERGE)
    rows = PatientIdentifier.objects.current().filter(patient=patient)
    likely = likely_same_person(
        clinic=patient.clinic,
        birth_date=patient.birth_date,
        name=f"{patient.family_name} {patient.given_name}",
        numbers=[patient.record_number, *rows.values_list("value", flat=True)],
        besides=patient,
    )
    log_access(request, patient, "merging")
    context = patient_context(request, patient) | choosing_context(
        request,
        patient,
        Action.MERGE,
        url_of=lambda other: reverse("merge", args=[patient.uid, other.uid]),
        proposed=[each for each in likely.select_related("schedule") if each.merged_into_id is None],
    )
    return render(request, "schedules/merge_choose.html", context)


@allow(Action.MERGE, section="patient_search")
def merge(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Both records side by side, what will move, the calendar after it; then the reason, and the merge."""
    one = patient_or_404(request, uid, Action.MERGE)
    if done := recorded_before(token=request.POST.get("token"), by=request.user):
        return redirect("patient", done)
    other = patient_or_404(request, row, Action.MERGE)
    if one.pk == other.pk or one.clinic_id != other.clinic_id:
        raise Http404
    asked = request.GET.get("keep")
    kept = next(
        (each for each in (one, other) if str(each.uid) == asked), min(one, other, key=lambda p: p.pk)
    )
    merged = other if kept is one else one
    today = one.clinic.today()
    form = MergeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.merge_records(
                kept=kept,
                merged=merged,
                reason=form.cleaned_data["how"],
                today=today,
                token=form.cleaned_data["token"],
                by=request.user,
            )
        except AlreadySubmittedError as again:
            return redirect("patient", again.result or kept.uid)
        except actions.AlreadyMergedError:
            notify(request, _("These records were merged just now by somebody else."))
            return redirect("patient", kept.uid)
        words = _("Merged: everything of %(merged)s is now in this record.") % {
            "merged": merged.record_number
        }
        notify(request, words, separate_url=reverse("separate", args=[merged.uid]))
        return redirect("patient", kept.uid)
    if request.method == "GET":
        for each in (one, other):
            log_access(request, each, "merging")
    context = (
        patient_context(request, kept) | _comparison(request, kept, merged, today=today) | {"form": form}
    )
    return render(request, "schedules/merge.html", context, status=422 if form.errors else 200)


def _comparison(request: HttpRequest, kept: Patient, merged: Patient, *, today: dt.date) -> dict[str, Any]:
    """What the page of a merge shows; without clinical rights dates and counts only."""
    clinical = member_of(request).may(Action.SEE_CLINICAL, kept.clinic_id)
    schedules = {row.pk: row for row in PatientSchedule.objects.filter(pk__in=[kept.pk, merged.pk])}
    facts = facts_for([kept, merged])
    return {
        "kept": kept,
        "merged": merged,
        "clinical": clinical,
        "rows": _identity_rows(kept, merged, clinical=clinical) + _plan_rows(kept, merged, schedules),
        "counts": _count_rows(kept, merged),
        "look_out": [LOOK_OUT[word] for word in LOOK_OUT if word in look_out_for(kept, merged)],
        "consequences": _consequences(kept, merged, clinical=clinical),
        "preview": preview_merge(kept, merged, facts, today=today, until=today + YEAR),
    }


def _identity_rows(kept: Patient, merged: Patient, *, clinical: bool) -> list[CompareRow]:
    both = (kept, merged)
    numbers = {pk: [] for pk in (kept.pk, merged.pk)}  # type: dict[int, list[str]]
    for number in PatientIdentifier.objects.current().filter(patient__in=both).order_by("pk"):
        numbers[number.patient_id].append(str(number))
    rows = [
        CompareRow(_("Born"), *(plain_date(each.birth_date) for each in both)),
        CompareRow(_("Sex"), *(each.get_sex_display() for each in both)),
        CompareRow(_("Other numbers"), *(", ".join(numbers[each.pk]) or _("none") for each in both)),
        CompareRow(_("Phone"), *(each.phone or _("none") for each in both)),
        CompareRow(_("E-mail"), *(each.email or _("none") for each in both)),
        CompareRow(
            _("Reminders"), *(_("by e-mail") if each.can_be_mailed else _("by phone") for each in both)
        ),
        CompareRow(_("Physician"), *(each.physician.name if each.physician else _("none") for each in both)),  # type: ignore[attr-defined]
    ]
    if clinical:
        rows += [
            CompareRow(_("Allergies"), *(each.allergies for each in both)),
            CompareRow(_("Bleeding risk"), *(each.bleeding_risk or _("none recorded") for each in both)),
        ]
    return rows


def _plan_rows(kept: Patient, merged: Patient, schedules: dict[int, PatientSchedule]) -> list[CompareRow]:
    found = [schedules.get(each.pk) for each in (kept, merged)]
    return [
        CompareRow(_("Plan"), *(plan_words(s.phase, s.protocol, s.interval) if s else "–" for s in found)),
        CompareRow(_("Last dose"), *(day(s.last_dose_on) if s else "–" for s in found)),
        CompareRow(_("Next due"), *(day(s.due_on) if s else "–" for s in found)),
    ]


def _count_rows(kept: Patient, merged: Patient) -> list[CompareRow]:
    """How many rows of each table both hold; tables in which neither has any are left out."""
    rows = []
    for model in actions.moving_models():
        if model is PatientIdentifier:
            continue  # They stand above, one by one.
        held = [model._default_manager.filter(patient=each).count() for each in (kept, merged)]
        if any(held):
            rows.append((model._meta.label_lower, CompareRow(_table_words(model._meta.label_lower), *held)))
    order = list(TABLES)
    rows.sort(key=lambda pair: order.index(pair[0]) if pair[0] in TABLES else len(order))
    return [row for _label, row in rows]


def _table_words(label: str) -> str:
    """A table in a nurse's words."""
    model = next(model for model in actions.moving_models() if model._meta.label_lower == label)
    return str(TABLES.get(label) or str(model._meta.verbose_name_plural).capitalize())


def _consequences(kept: Patient, merged: Patient, *, clinical: bool) -> list[str]:
    """What gives way and what is taken over, one sentence each."""
    said = []
    if orders := order_to_end(kept, merged):
        older, newer = orders
        words = _("Both have an order in force. The newer one stays.")
        if clinical:
            words = _("Both have an order in force. This one stays: %(newer)s. This one ends: %(older)s.") % {
                "newer": f"{order_title(vars(newer))}, {day(newer.from_date)}",
                "older": f"{order_title(vars(older))}, {day(older.from_date)}",
            }
        said.append(words)
    for stays, goes in bookings_of_both(kept, merged):
        words = _("Both are booked. %(stays)s stays, %(goes)s is cancelled: tell the patient.")
        if _when(stays) == _when(goes):
            words = _("Both are booked for %(stays)s: one booking stays.")
        said.append(words % {"stays": _when(stays), "goes": _when(goes)})
    changes = taken_over(kept, merged)
    if "phone" in changes:
        said.append(_("The phone number is taken over."))
    if "physician" in changes:
        said.append(_("The responsible physician is taken over."))
    consent = consent_taken(kept, merged)
    if "email" in consent:
        said.append(_("The e-mail address is taken over, with the answer about reminders."))
    elif consent:
        said.append(_("Reminders by e-mail stop: the patient said so later, to the other record."))
    if clinical and set(changes) - {"phone", "physician", "sex"}:
        said.append(_("Allergies and risks of both records hold."))
    return said


def _when(booking: Any) -> str:
    return f"{day(booking.on)}, {booking.at:%H:%M}" if booking.at else day(booking.on)


@allow(Action.MERGE, section="patient_search")
def separate(request: HttpRequest, uid: str) -> HttpResponse:
    """Undo a merge, from the page of the record that was merged: what moves back, and what stays."""
    patient = patient_or_404(request, uid, Action.MERGE, merged_too=True)
    if recorded_before(token=request.POST.get("token"), by=request.user) is not None:
        return redirect("patient", patient.uid)
    found = actions.standing_merge(patient)
    if found is None:
        return redirect("patient", patient.uid)
    later = actions.later_merge(found)
    form = SeparateForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and later is None:
        try:
            actions.separate_records(
                merged=patient,
                today=patient.clinic.today(),
                token=form.cleaned_data["token"],
                by=request.user,
            )
        except (AlreadySubmittedError, actions.NotMergedError):
            return redirect("patient", patient.uid)
        except actions.LaterMergeError as error:
            later = error.later
        else:
            words = _("Separated again: %(number)s is a record of its own.") % {
                "number": patient.record_number
            }
            notify(request, words)
            return redirect("patient", patient.uid)
    if request.method == "GET":
        log_access(request, patient, "separating")
    context = patient_context(request, patient) | {
        "form": form,
        "merge": found,
        "later": later,
        "back_rows": _moving_back(found),
        "staying": _written_since(found),
    }
    return render(request, "schedules/separate.html", context, status=409 if later and form.is_bound else 200)


def _moving_back(found: Merge) -> Sequence[tuple[str, int]]:
    """How many rows of each table move back."""
    counted = []
    for model in actions.moving_models():
        keys = found.moved.get(model._meta.label_lower, [])
        number = model._default_manager.filter(pk__in=keys, patient=found.kept_id).count() if keys else 0
        if number:
            counted.append((_table_words(model._meta.label_lower), number))
    return counted


def _written_since(found: Merge) -> Sequence[tuple[str, int]]:
    """How many rows of each table were written for the kept record since the merge."""
    counted = []
    for model in actions.moving_models():
        names = {field.name for field in model._meta.concrete_fields}
        when = next((name for name in ("recorded_at", "made_at", "at") if name in names), None)
        if when is not None:
            rows = model._default_manager.filter(**{"patient": found.kept_id, f"{when}__gt": found.at})
            if number := rows.exclude(pk__in=found.moved.get(model._meta.label_lower, [])).count():
                counted.append((_table_words(model._meta.label_lower), number))
    return counted
