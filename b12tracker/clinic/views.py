"""Settings, closed days, permissions and access log of a clinic."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from b12tracker.clinic.forms import ClinicForm, ClosedDayForm
from b12tracker.clinic.here import managed_clinic, rebuild_after_change
from patients.actions.clinic import (
    AlreadyClosedError,
    UnknownHolidaysError,
    add_closed_day,
    change_clinic,
    open_again,
    public_holidays,
    take_public_holidays,
)
from patients.models import AccessLog, Clinic, ClosedDate
from patients.notices import notify
from patients.permissions import ALLOWED, Action, Role, allow
from schedules.actions.rebuild import JOB
from schedules.models import JobRun

PER_PAGE = 50
YEARS = range(2000, 2201)


@allow(Action.MANAGE_CLINIC, section="clinic")
def settings(request: HttpRequest) -> HttpResponse:
    """Name, hours, units, reminders."""
    clinic = managed_clinic(request)
    form = ClinicForm(request.POST or None, instance=Clinic.objects.get(pk=clinic.pk))
    if request.method == "POST" and form.is_valid():
        if change_clinic(clinic=clinic, fields=form.cleaned_data):
            rebuild_after_change(request, clinic)
        else:
            notify(request, _("The settings are saved."))
        return redirect("clinic")
    rebuild = JobRun.objects.filter(clinic=clinic, job=JOB, finished_at__isnull=True).first()
    context = {"form": form, "rebuild": rebuild}
    return render(request, "clinic/settings.html", context, status=422 if form.errors else 200)


def _year(request: HttpRequest, clinic: Clinic) -> int:
    text = request.GET.get("year", "")
    return int(text) if text.isdecimal() and int(text) in YEARS else clinic.today().year


@allow(Action.MANAGE_CLINIC, section="clinic")
def closed_days(request: HttpRequest) -> HttpResponse:
    """The closed days of one year, public and own; add one."""
    clinic = managed_clinic(request)
    form = ClosedDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            day = add_closed_day(clinic=clinic, **form.cleaned_data)
        except AlreadyClosedError:
            form.add_error("date", _("The clinic is closed on this date already."))
        else:
            rebuild_after_change(request, clinic)
            return redirect(f"{reverse('clinic_closed_days')}?year={day.date.year}")
    return render(
        request,
        "clinic/closed_days.html",
        _days_of(request, clinic) | {"form": form},
        status=422 if form.errors else 200,
    )


def _days_of(request: HttpRequest, clinic: Clinic) -> dict[str, Any]:
    year = _year(request, clinic)
    days = list(ClosedDate.objects.filter(clinic=clinic, date__year=year).order_by("date"))
    stored = {day.date for day in days}
    try:
        missing = [(day, name) for day, name in public_holidays(clinic, year).items() if day not in stored]
    except UnknownHolidaysError:
        missing = []
    this_year = clinic.today().year
    return {"days": days, "missing": missing, "year": year, "years": range(this_year - 1, this_year + 3)}


@require_POST
@allow(Action.MANAGE_CLINIC, section="clinic")
def take_holidays(request: HttpRequest, year: int) -> HttpResponse:
    """Store the year's public holidays."""
    clinic = managed_clinic(request)
    if year not in YEARS:
        raise Http404
    if take_public_holidays(clinic=clinic, year=year):
        rebuild_after_change(request, clinic)
    return redirect(f"{reverse('clinic_closed_days')}?year={year}")


@require_POST
@allow(Action.MANAGE_CLINIC, section="clinic")
def open_day_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a closed day back."""
    clinic = managed_clinic(request)
    closed = get_object_or_404(ClosedDate, clinic=clinic, pk=pk)
    open_again(clinic=clinic, closed=closed)
    rebuild_after_change(request, clinic)
    return redirect(f"{reverse('clinic_closed_days')}?year={closed.date.year}")


@require_safe
@allow(Action.MANAGE_CLINIC, section="clinic")
def permissions(request: HttpRequest) -> HttpResponse:
    """Who may do what, as the code has it."""
    managed_clinic(request)
    rows = [(action.label, [role in ALLOWED[action] for role in Role]) for action in Action]
    return render(request, "clinic/permissions.html", {"rows": rows, "roles": list(Role)})


@require_safe
@allow(Action.MANAGE_CLINIC, section="clinic")
def access_log(request: HttpRequest) -> HttpResponse:
    """Who looked at whom, newest first; by person or record number."""
    clinic = managed_clinic(request)
    found = AccessLog.objects.filter(clinic=clinic).select_related("user", "patient").order_by("-at", "-pk")
    words = request.GET.get("q", "").replace("\0", "").strip()
    if words:
        found = found.filter(Q(user__name__icontains=words) | Q(patient__record_number__iexact=words))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(row, row.at.astimezone(clinic.tz)) for row in page]
    return render(request, "clinic/access_log.html", {"page": page, "rows": rows, "q": words})
