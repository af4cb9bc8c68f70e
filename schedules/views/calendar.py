"""The clinic's calendar by month and week, one day's visits, and the secret feed."""

import datetime as dt

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from patients.models import ClinicRole
from patients.notices import notify
from patients.permissions import Action, allow, clinic_here, member_of, public, user_of
from patients.scope import clinic_scope
from schedules.clinic_calendar import closed_days, squares, visits_on, weeks_of
from schedules.feeds import feed_of
from schedules.models import CalendarFeed
from schedules.models.feed import hash_of, new_secret
from schedules.plan_words import dose_words, plan_words


def _asked_day(text: str | None, default: dt.date) -> dt.date:
    """The day named in the address; a word that is no date, or one nobody plans for, shows today."""
    try:
        day = dt.date.fromisoformat(text or "")
    except ValueError:
        return default
    return day if _is_planned_for(day) else default


def _is_planned_for(day: dt.date) -> bool:
    """Far from the ends of the calendar, where a month later is no date any more."""
    return dt.MINYEAR + 1000 < day.year < dt.MAXYEAR - 1000


@allow(Action.CALENDAR, section="calendar")
def calendar(request: HttpRequest) -> HttpResponse:
    """A month, or with ?view=week a week; each day opens its list."""
    clinic = clinic_here(request)
    today = clinic.today()
    day = _asked_day(request.GET.get("day"), today)
    weekly = request.GET.get("view") == "week"
    monday = day - dt.timedelta(day.weekday())
    days = [monday + dt.timedelta(n) for n in range(7)] if weekly else weeks_of(day)
    cells = squares(clinic, days, month=day.month)
    before = monday - dt.timedelta(7) if weekly else (day.replace(day=1) - dt.timedelta(1)).replace(day=1)
    after = monday + dt.timedelta(7) if weekly else (day.replace(day=1) + dt.timedelta(32)).replace(day=1)
    context = {
        "today": today,
        "day": day,
        "weekly": weekly,
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
        "before": before,
        "after": after,
        "total": sum(cell.visits for cell in cells if weekly or cell.in_month),
        "sees_names": member_of(request).may(Action.SEE_LISTS),
        "feed": CalendarFeed.objects.filter(user=user_of(request), clinic=clinic).first(),
    }
    return render(request, "schedules/calendar.html", context)


@allow(Action.SEE_LISTS, section="calendar")
def calendar_day(request: HttpRequest, day: str) -> HttpResponse:
    """Who comes on one day."""
    clinic = clinic_here(request)
    if not member_of(request).may(Action.SEE_LISTS):
        raise Http404
    try:
        on = dt.date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if not _is_planned_for(on):
        raise Http404
    rows = [
        {
            "visit": visit,
            "plan": plan_words(visit.schedule.phase, visit.schedule.protocol, visit.schedule.interval),
            "dose": dose_words(visit.schedule.phase, visit.schedule.protocol, visit.schedule.doses_in_phase),
        }
        for visit in visits_on(clinic, on)
    ]
    context = {
        "on": on,
        "today": clinic.today(),
        "rows": rows,
        "closed": closed_days(clinic, on, on).get(on),
        "before": on - dt.timedelta(1),
        "after": on + dt.timedelta(1),
    }
    return render(request, "schedules/calendar_day.html", context)


@allow(Action.CALENDAR, section="calendar")
@require_POST
def renew_feed(request: HttpRequest) -> HttpResponse:
    """A new secret address, shown once; the old one stops working."""
    clinic = clinic_here(request)
    secret = new_secret()
    CalendarFeed.objects.update_or_create(
        user=user_of(request), clinic=clinic, defaults={"secret_hash": hash_of(secret)}
    )
    address = request.build_absolute_uri(reverse("calendar_feed", args=[secret]))
    return render(request, "schedules/feed_address.html", {"address": address})


@allow(Action.CALENDAR, section="calendar")
@require_POST
def stop_feed(request: HttpRequest) -> HttpResponse:
    """The secret address stops working."""
    CalendarFeed.objects.filter(user=user_of(request), clinic=clinic_here(request)).delete()
    notify(request, _("The secret address no longer works."))
    return redirect("calendar")


@public
@require_GET
@transaction.non_atomic_requests
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The feed behind a secret address, while its owner still works in the clinic. Wrong ones reveal nothing."""
    feed = CalendarFeed.objects.select_related("clinic").filter(secret_hash=hash_of(secret)).first()
    if feed is None:
        raise Http404
    works_here = ClinicRole.objects.filter(
        user=feed.user_id, user__is_active=True, clinic=feed.clinic, active=True
    )
    if not works_here.exists():
        raise Http404
    with clinic_scope([feed.clinic_id]):
        content = feed_of(feed.clinic, now=timezone.now())
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")
