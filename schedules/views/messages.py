"""Messages: what was sent to whom, what is stuck, one again; and the public page that stops them."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from patients.actions.access import log_access
from patients.actions.once import AlreadySubmittedError
from patients.forms.base import ActionForm
from patients.notices import notify
from patients.permissions import Action, allow, clinic_here, member_of
from patients.vocabulary import ContactOutcome, Phase
from schedules import tasks
from schedules.actions.messages import (
    NotWantedError,
    reason_against_resending,
    resend_message,
    unsubscribe,
)
from schedules.forms.messages import MessageFilter
from schedules.messages.links import CHECK_IN_LINK, read_unsubscribe_token
from schedules.models import Message, PatientSchedule
from schedules.models.message import words_of_state
from schedules.said_gone import said_gone
from schedules.views.for_patients import for_patients

State = Message.State
PER_PAGE = 50
_NOT_SHOWN = ("text", "html", "calendar")


class ListedRow(NamedTuple):
    """One line of the list; `at` on the clinic's wall clock: sent, or written."""

    message: Message
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class HappenedRow:
    """One change in a message's life, in words; `at` on the clinic's wall clock."""

    at: dt.datetime
    words: str
    why: str
    icon: str


@require_safe
@allow(Action.MESSAGES, section="messages")
def message_list(request: HttpRequest) -> HttpResponse:
    """The clinic's messages, newest first; filters and page stand in the address."""
    clinic = clinic_here(request)
    if not member_of(request).may(Action.MESSAGES, clinic.pk):
        raise PermissionDenied
    filters = MessageFilter(request.GET)
    messages = Message.objects.filter(clinic=clinic).select_related("patient").defer(*_NOT_SHOWN)
    found = filters.narrow(messages, now=clinic.now())
    page = Paginator(found.order_by("-created_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        ListedRow(message, (message.sent_at or message.created_at).astimezone(clinic.tz)) for message in page
    ]
    context = {"page": page, "rows": rows, "filters": filters, "today": clinic.today()}
    context["gone"] = _not_to_phone(message.patient_id for message in page if message.patient_id)
    return render(request, "schedules/message_list.html", context)


def _not_to_phone(patient_ids: Iterable[int]) -> set[int]:
    """Who was said to have died, or whose record is closed. Two queries."""
    ids = set(patient_ids)
    died = {pk for pk, outcome in said_gone(ids).items() if outcome == ContactOutcome.DIED}
    closed = PatientSchedule.objects.filter(patient_id__in=ids, phase=Phase.CLOSED)
    return died | set(closed.values_list("patient_id", flat=True))


def _message_or_404(request: HttpRequest, uid: uuid.UUID) -> Message:
    member = member_of(request)
    found = Message.objects.select_related("patient", "clinic").filter(
        uid=uid, clinic_id__in=member.clinic_ids
    )
    message = found.first()
    if message is None:
        raise Http404
    if not member.may(Action.MESSAGES, message.clinic_id):
        raise PermissionDenied
    return message


@require_safe
@allow(Action.MESSAGES, section="messages")
def message_page(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One message: its text as sent, what became of it, and sending it again or why that cannot be."""
    message = _message_or_404(request, uid)
    if message.patient is not None:
        log_access(request, message.patient, "message")
    return render(request, "schedules/message_page.html", _page_context(message))


def _page_context(message: Message) -> dict[str, Any]:
    clinic = message.clinic
    today = clinic.today()
    return {
        "message": message,
        "text": _shown_text(message),
        "patient": message.patient,
        "do_not_phone": bool(message.patient_id and _not_to_phone([message.patient_id])),
        "today": today,
        "happened": _what_happened(message),
        "next_attempt": message.next_attempt_at and message.next_attempt_at.astimezone(clinic.tz),
        "why_not_again": reason_against_resending(message, today=today),
        "form": ActionForm(),
    }


def _shown_text(message: Message) -> str:
    """The text without the link by which only the patient answers; where no mail leaves, it is read here."""
    if message.kind != Message.Kind.CHECK_IN or settings.MAIL_IS_KEPT:
        return message.text
    return CHECK_IN_LINK.sub(_("(the patient's own link)"), message.text)


_WRITTEN = (gettext_lazy("Written, waits to be sent"), "pen")
_WORDS = {
    State.QUEUED: (gettext_lazy("Could not be sent yet"), "clock"),
    State.SENT: (gettext_lazy("Sent"), "check"),
    State.FAILED: (gettext_lazy("Failed"), "alert"),
    State.BOUNCED: (gettext_lazy("Came back"), "alert"),
    State.SUPPRESSED: (gettext_lazy("Not sent"), "info"),
}


def _what_happened(message: Message) -> list[HappenedRow]:
    """The message's life from its history, oldest first; being sent is no news."""
    rows, clinic = [], message.clinic
    for event in message.events.order_by("pgh_id"):  # type: ignore[attr-defined]
        if event.state == State.SENDING:
            continue
        written = event.state == State.QUEUED and not event.why
        words, icon = _WRITTEN if written else _WORDS[event.state]
        kept = event.state == State.SENT and event.why
        said = words_of_state(event.state, event.why) if kept else str(words)
        rows.append(HappenedRow(event.pgh_created_at.astimezone(clinic.tz), said, event.why, icon))
    return rows


@require_POST
@allow(Action.MESSAGES)
def message_resend(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Send a message once more, as a row of its own."""
    message = _message_or_404(request, uid)
    form = ActionForm(request.POST)
    if not form.is_valid():
        return redirect("message", uid=uid)
    try:
        again = resend_message(
            message=message,
            token=form.cleaned_data["token"],
            now=timezone.now(),
            today=message.clinic.today(),
            by=request.user,
        )
    except AlreadySubmittedError as error:
        return redirect("message", uid=error.result or uid)
    except NotWantedError:
        return redirect("message", uid=uid)  # The page says why it cannot be sent again.
    transaction.on_commit(lambda: tasks.soon(tasks.send_messages))
    notify(request, _("The message to %(name)s will be sent within a minute.") % {"name": again.patient})
    return redirect("message", uid=again.uid)


@for_patients
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Opened from a message: asks with a button, since mail scanners open links. A POST stops the e-mails, also the
    one that mail providers send by themselves (RFC 8058), which has neither session nor CSRF token."""
    now = timezone.now()
    if request.method == "POST":
        right, done = unsubscribe(token=token, now=now), True
    else:
        right, done = read_unsubscribe_token(token, today=now.date()) is not None, False
    context = {"right": right, "done": done and right}
    return render(request, "for_patients/unsubscribe.html", context, status=200 if right else 404)
