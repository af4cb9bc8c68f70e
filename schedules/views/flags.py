"""The flags inbox, and what people do with a flag."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from patients.actions.once import AlreadySubmittedError
from patients.actions.records import ChangedMeanwhileError
from patients.models import Patient
from patients.notices import notify
from patients.permissions import Action, allow, clinic_here, member_of, patient_or_404
from patients.views.page import patient_context
from patients.vocabulary import Severity
from schedules.actions.flags import RefusedSnoozeError, acknowledge_flag, resolve_flag, snooze_flag
from schedules.flag_words import WORKFLOW_TITLES, code_of, shown, title_of
from schedules.forms.flags import FlagFilter, FlagForm, ResolveForm, SnoozeForm
from schedules.models import Flag
from schedules.queries import active_flags
from schedules.rules.flags import BY_CODE

PER_PAGE = 30
BY_SEVERITY = Case(
    *(When(severity=severity, then=Value(place)) for place, severity in enumerate(Severity)),
    output_field=IntegerField(),
)


@require_safe
@allow(Action.SEE_CLINICAL)
def flags(request: HttpRequest) -> HttpResponse:
    """The clinic's flags, the most pressing first, then the longest standing; filters stand in the address."""
    clinic, member = clinic_here(request), member_of(request)
    if not member.may(Action.SEE_CLINICAL, clinic.pk):
        raise PermissionDenied
    today = clinic.today()
    filters = FlagFilter(request.GET)
    found = (
        active_flags()
        .filter(clinic=clinic)
        .select_related("patient__clinic", "acknowledged_by", "snoozed_by")
    )
    narrowed = filters.narrow(found, user=request.user, today=today)
    page = Paginator(narrowed.order_by(BY_SEVERITY, "raised_on", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "shown_flags": [shown(flag, today) for flag in page],
        "filters": filters,
        "today": today,
        "may_resolve": member.may(Action.DECIDE, clinic.pk),
        "back": "flags",
        "guideline_url": reverse("guideline"),
    }
    return render(request, "schedules/flags.html", context)


def _standing_flag(patient: Patient, word: str) -> Flag | None:
    """The flag, or nothing if it is gone since the page was opened; a word that names no flag is not found."""
    if code_of(word) not in BY_CODE and code_of(word) not in WORKFLOW_TITLES:
        raise Http404
    return active_flags().filter(patient=patient, code=code_of(word)).first()


def _gone(request: HttpRequest, patient: Patient, word: str) -> HttpResponse:
    said = _("“%(flag)s” no longer stands for %(name)s: it was resolved, or what raised it is gone.")
    notify(request, said % {"flag": title_of(code_of(word)), "name": patient.name})
    return _go_back(patient, request.POST.get("back") or request.GET.get("back", ""))


def _go_back(patient: Patient, back: str) -> HttpResponse:
    return redirect("flags") if back == "flags" else redirect("patient", patient.uid)


@require_POST
@allow(Action.ACKNOWLEDGE, section="flags")
def flag_acknowledge(request: HttpRequest, uid: str, word: str) -> HttpResponse:
    """Seen; pressing it twice changes nothing."""
    patient = patient_or_404(request, uid, Action.ACKNOWLEDGE)
    version, back = request.POST.get("version", ""), request.POST.get("back", "")
    try:
        acknowledge_flag(patient=patient, code=code_of(word), version=version, by=request.user)
    except ChangedMeanwhileError as error:
        notify(request, str(error))
        return redirect("patient", patient.uid)
    notify(request, _("Marked as seen for %(name)s.") % {"name": patient.name})
    return _go_back(patient, back)


@allow(Action.ACKNOWLEDGE, section="flags")
def flag_snooze(request: HttpRequest, uid: str, word: str) -> HttpResponse:
    """Put a flag off, with a reason; an urgent one is a physician's to put off."""
    patient = patient_or_404(request, uid, Action.ACKNOWLEDGE)
    flag = _standing_flag(patient, word)
    if flag is None:
        return _gone(request, patient, word)
    today = patient.clinic.today()
    may_urgent = member_of(request).may(Action.DECIDE, patient.clinic_id)
    if flag.severity == Severity.URGENT and not may_urgent:
        raise PermissionDenied(_("An urgent flag is put off by a physician only."))
    form = SnoozeForm(
        request.POST or None, severity=flag.severity, today=today, initial=_first(request, flag, today)
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            snooze_flag(
                patient=patient, code=flag.code, version=data["version"], until=data["until"],
                reason=data["reason"], may_urgent=may_urgent, today=today, token=data["token"], by=request.user,
            )  # fmt: skip
        except AlreadySubmittedError:
            return _go_back(patient, data["back"])
        except (RefusedSnoozeError, ChangedMeanwhileError) as error:
            form.add_error(None, str(error))
        else:
            notify(
                request, _("Put off for %(name)s. It stays on the patient's page.") % {"name": patient.name}
            )
            return _go_back(patient, data["back"])
    return _form_page(request, patient, flag, form, title=_("Put off"), save=_("Put off"))


@allow(Action.DECIDE, section="flags")
def flag_resolve(request: HttpRequest, uid: str, word: str) -> HttpResponse:
    """A physician's word, with a reason, that the flag is dealt with."""
    patient = patient_or_404(request, uid, Action.DECIDE)
    flag = _standing_flag(patient, word)
    if flag is None:
        return _gone(request, patient, word)
    form = ResolveForm(request.POST or None, initial=_first(request, flag, patient.clinic.today()))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            resolve_flag(
                patient=patient, code=flag.code, version=data["version"], reason=data["reason"],
                token=data["token"], by=request.user,
            )  # fmt: skip
        except AlreadySubmittedError:
            return _go_back(patient, data["back"])
        except ChangedMeanwhileError as error:
            form.add_error(None, str(error))
        else:
            notify(request, _("Resolved for %(name)s.") % {"name": patient.name})
            return _go_back(patient, data["back"])
    return _form_page(request, patient, flag, form, title=_("Resolve"), save=_("Resolve"))


def _first(request: HttpRequest, flag: Flag, today: Any) -> dict[str, Any]:
    """What the form opens with: the flag as it is now."""
    return {"version": shown(flag, today).seen_as, "back": request.GET.get("back", "")}


def _form_page(
    request: HttpRequest, patient: Patient, flag: Flag, form: FlagForm, *, title: str, save: str
) -> HttpResponse:
    context = patient_context(request, patient) | {
        "shown": shown(flag, patient.clinic.today()),
        "form": form,
        "title": title,
        "save": save,
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "schedules/flag_form.html", context, status=status)
