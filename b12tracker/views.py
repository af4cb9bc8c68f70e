"""The front door and the health check."""

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from patients.permissions import Action, allow, member_of, public
from schedules.views.today import today


@public
@transaction.non_atomic_requests
def health(request: HttpRequest) -> HttpResponse:
    """200 when this process and its database answer. Says nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@allow(Action.GUIDELINE, section="today")
def front(request: HttpRequest) -> HttpResponse:
    """Today for those who work with patients; a manager's front page is the clinic."""
    member = member_of(request)
    if member.may(Action.SEE_LISTS):
        return today(request)
    return redirect("clinic" if member.may(Action.MANAGE_CLINIC) else "guideline")
