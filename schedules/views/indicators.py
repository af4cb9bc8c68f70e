"""How well the clinic keeps to the guideline: the numbers for physicians and managers, the people for physicians."""

import csv
import datetime as dt
from functools import partial
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from patients.models import AccessLog, Clinic
from patients.notices import notify
from patients.permissions import Action, allow, clinic_here, member_of, user_of
from schedules.actions.count_indicators import JOB, ask_for_count
from schedules.indicators.numbers import numbers_of
from schedules.indicators.people import people_page, verdict_keys
from schedules.indicators.reasons import Indicator, Outcome
from schedules.indicators.verdicts import months_up_to
from schedules.indicators.words import HOW, TITLES, month_words_so_far
from schedules.models import JobRun
from schedules.tasks import count_due_clinics, soon
from schedules.worklist_download import defused

SHOWS = {
    "to-see": (Outcome.FAIL, gettext_lazy("To look at")),
    "as-it-should": (Outcome.PASS, gettext_lazy("As it should be")),
    "not-counted": (Outcome.NOT_ELIGIBLE, gettext_lazy("Not counted")),
}
COLUMNS = ("month", "so_far", "indicator", "number", "of", "percent", "not_counted")


def _whose(request: HttpRequest) -> Any:
    """The physician whose patients are asked for in the address; none means the whole clinic's."""
    mine = request.GET.get("whose") == "mine"
    return user_of(request) if mine and member_of(request).may(Action.INDICATOR_LISTS) else None


def _month(text: str | None, today: dt.date) -> dt.date:
    """The month named in the address; what is none of those shown is the present one."""
    return next((each for each in months_up_to(today) if f"{each:%Y-%m}" == text), today.replace(day=1))


@require_safe
@allow(Action.INDICATORS, section="indicators")
def indicators(request: HttpRequest) -> HttpResponse:
    """Each indicator in a month, the one before and the last thirteen; counts only."""
    clinic = clinic_here(request)
    today, physician = clinic.today(), _whose(request)
    month = _month(request.GET.get("month"), today)
    numbers = numbers_of(clinic, today=today, physician=physician)
    run = JobRun.objects.filter(clinic=clinic, job=JOB).first()
    context = {
        "today": today,
        "month": month,
        "month_words": month_words_so_far(month, today),
        "months": [(f"{each:%Y-%m}", month_words_so_far(each, today)) for each in reversed(numbers.months)],
        "mine": physician is not None,
        "may_list": member_of(request).may(Action.INDICATOR_LISTS),
        "cards": numbers.cards(month, today) if numbers.counts else [],
        "titles": [TITLES[each] for each in Indicator],
        "table": [(month_words_so_far(each, today), row) for each, row in numbers.table()],
        "how": [(each, TITLES[each], HOW[each]) for each in Indicator],
        "run": run,
        "counted": _when(run, numbers.counted_at, clinic),
    }
    return render(request, "schedules/indicators.html", context)


def _when(run: JobRun | None, counted_at: dt.datetime | None, clinic: Clinic) -> dict[str, Any] | None:
    """When the numbers were counted, on the clinic's clock; none if never."""
    at = counted_at or (run.finished_at if run else None)
    if at is None:
        return None
    local = at.astimezone(clinic.tz)
    return {"on": local.date(), "time": f"{local:%H:%M}"}


@require_safe
@allow(Action.INDICATORS, section="indicators")
def indicators_csv(request: HttpRequest) -> HttpResponse:
    """The numbers of all months as a file; counts only. The download is in the access log."""
    clinic = clinic_here(request)
    today = clinic.today()
    _log(request, clinic, "indicators as CSV")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"indicators-{slugify(clinic.name) or clinic.pk}-{today:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\N{BYTE ORDER MARK}")
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for row in numbers_of(clinic, today=today, physician=_whose(request)).rows(today):
        writer.writerow([defused(str(cell)) for cell in row])
    return response


@require_POST
@allow(Action.INDICATORS, section="indicators")
def count_again(request: HttpRequest) -> HttpResponse:
    """Have the clinic counted in the background; asked twice, it is counted once."""
    ask_for_count(clinic_here(request))
    transaction.on_commit(partial(soon, count_due_clinics))
    notify(request, _("The patients are being counted again. Look again in a moment."))
    return redirect("indicators")


@require_safe
@allow(Action.INDICATOR_LISTS, section="indicators")
def indicator_people(request: HttpRequest, indicator: str) -> HttpResponse:
    """The patients behind a number, each with the reason and a link; reading them is in the access log."""
    if indicator not in frozenset(Indicator):
        raise Http404
    clinic, which = clinic_here(request), Indicator(indicator)
    today, physician = clinic.today(), _whose(request)
    month = _month(request.GET.get("month"), today)
    show = request.GET.get("show", "")
    show = show if show in SHOWS else next(iter(SHOWS))
    number = numbers_of(clinic, today=today, physician=physician).number(which, month)
    keys = verdict_keys(clinic, which, month, SHOWS[show][0], physician=physician)
    page, behind = people_page(clinic, keys, which, number=request.GET.get("page"))
    _log(request, clinic, f"indicator list: {which}")
    context = {
        "title": TITLES[which],
        "number": number,
        "month": month,
        "month_words": month_words_so_far(month, today),
        "mine": physician is not None,
        "show": show,
        "shows": [(code, words, number.having(outcome)) for code, (outcome, words) in SHOWS.items()],
        "page": page,
        "behind": behind,
        "how": HOW[which],
    }
    return render(request, "schedules/indicator_people.html", context)


def _log(request: HttpRequest, clinic: Clinic, what: str) -> None:
    AccessLog.objects.create(
        clinic=clinic, user=user_of(request), what=what, address=request.META.get("REMOTE_ADDR") or None
    )
