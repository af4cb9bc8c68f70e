"""Today: tallies, the worklist, its download; and which clinic one works in."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from patients.actions.access import log_export
from patients.models import Clinic
from patients.permissions import Action, allow, member_of
from schedules.batch_list import withdrawn_in_use
from schedules.forms.worklist import DownloadForm, asked_of
from schedules.jobs_late import job_words
from schedules.today_markup import rows_markup
from schedules.today_rows import groups_of
from schedules.views.way_back import posted
from schedules.worklist import PER_PAGE, PHASES, SHOWS, Asked, tallies, worklist
from schedules.worklist_download import write_worklist


def _clinic(request: HttpRequest, action: Action) -> Clinic:
    """The clinic one works in, if the action is allowed there."""
    member = member_of(request)
    if member.clinic is None or not member.may(action):
        raise PermissionDenied
    return member.clinic


@require_safe
@allow(Action.SEE_LISTS)
def today(request: HttpRequest) -> HttpResponse:
    """The front page: what to do today and what is stuck. Filters and page stand in the address."""
    clinic, member = _clinic(request, Action.SEE_LISTS), member_of(request)
    clinical, may_log = member.may(Action.SEE_CLINICAL), member.may(Action.LOG)
    now, asked = clinic.now(), asked_of(request.GET)
    lines = worklist(clinic.pk, asked, now=now, with_flags=clinical)
    counts = tallies(clinic.pk, now=now)
    # The menu shows the same number and need not ask again.
    request.urgent_flags = counts.urgent_flags  # type: ignore[attr-defined]
    groups = groups_of(lines, now=now, clinical=clinical, phones=asked.show == "phone", may_log=may_log)
    here = f"?{urlencode({'next': request.get_full_path()})}" if request.GET else ""
    context = {
        "today": now.date(),
        "tallies": counts,
        "jobs": job_words(clinic, now=now),
        "rows": rows_markup(groups, here=here, may_log=may_log),
        "asked": asked,
        "showing": SHOWS.get(asked.show, ""),
        "phases": PHASES.items(),
        "pages": _pages(asked, lines[0].in_all if lines else 0),
        "clinical": clinical,
        "withdrawn": withdrawn_in_use(clinic, today=now.date()) if may_log else (),
    }
    return render(request, "schedules/today.html", context)


def _pages(asked: Asked, total: int) -> dict[str, Any]:
    """The page before and after this one, none where there is none."""
    last = max(1, -(-total // PER_PAGE))
    return {
        "number": asked.page,
        "last": last,
        "before": asked.page - 1 if asked.page > 1 else None,
        "after": asked.page + 1 if asked.page < last else None,
    }


@allow(Action.SEE_LISTS)
def worklist_download(request: HttpRequest) -> HttpResponse:
    """Everyone of the clinic with status and reason, as CSV, once a purpose is given (kept in the access log)."""
    clinic = _clinic(request, Action.SEE_LISTS)
    form = DownloadForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        context = {
            "form": form,
            "title": _("Download the worklist"),
            "about": _(
                "Everyone of the clinic, with status, dates, phone and last contact, as a spreadsheet (CSV)."
            ),
            "back": reverse("today"),
            "back_words": _("Back to Today"),
        }
        return render(request, "schedules/download.html", context, status=422 if form.errors else 200)
    log_export(request, clinic, "worklist as CSV", purpose=form.purpose)
    now = clinic.now()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="worklist-{now:%Y-%m-%d}.csv"'
    response.write("\N{BYTE ORDER MARK}")
    write_worklist(response, clinic.pk, now=now)
    return response


@require_POST
@allow(Action.GUIDELINE)
def choose_clinic(request: HttpRequest) -> HttpResponse:
    """Work in another of one's clinics from now on."""
    member = member_of(request)
    chosen = next((clinic for clinic in member.clinics if str(clinic.pk) == request.POST.get("clinic")), None)
    if chosen is None:
        raise PermissionDenied
    request.session["clinic"] = chosen.pk
    return redirect("today" if member.may(Action.SEE_LISTS, chosen.pk) else "clinic")


for _view in (today, worklist_download):
    _view.section = "today"  # type: ignore[attr-defined]
