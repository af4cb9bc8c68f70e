"""Log a contact, in place in the list or on a page of its own: one press where that says it all."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from patients.actions.once import AlreadySubmittedError
from patients.models import Patient
from patients.notices import notify
from patients.permissions import Action, allow, patient_or_404
from patients.templatetags.clinic_words import day
from patients.views.page import patient_context
from patients.vocabulary import ContactOutcome
from schedules.actions.bookings import book_visit
from schedules.actions.contacts import record_contact
from schedules.facts import open_days
from schedules.forms.contacts import CLOSES, RARE, USUAL, ContactForm
from schedules.models import Contact
from schedules.views.bookings import go_back, say_booked
from schedules.views.way_back import posted, way_back

_CLOSE_NOW = gettext_lazy("Noted. Now close the record, with the date and who said so.")
_ASKS_TO_CLOSE = {
    ContactOutcome.DECLINED: gettext_lazy(
        "Noted: declined. Close the record if no more treatment is wanted; otherwise leave the plan as it is."
    )
}


@allow(Action.EDIT_IDENTITY)
def contact(request: HttpRequest, uid: str) -> HttpResponse:
    """How a call or a talk ended; "Agreed a date" and "Call later" ask for the day next."""
    patient = patient_or_404(request, uid, Action.EDIT_IDENTITY)
    today = patient.clinic.today()
    form = ContactForm(posted(request), today=today)
    asks = ""
    if request.method == "POST" and form.is_valid():
        if not form.lacks_date:
            try:
                return _saved(request, patient, form)
            except AlreadySubmittedError:
                return go_back(request)
        asks = form.cleaned_data["outcome"]
    elif form.is_bound:
        asks = form.data.get("outcome", "")
    days = open_days([patient.clinic])[patient.clinic_id]
    context = patient_context(request, patient) | {
        "form": form,
        "asks": asks,
        "asks_words": ContactOutcome(asks).label if asks in set(ContactOutcome) else "",
        "more": "more" in request.GET or asks in RARE,
        "usual": [(outcome.value, outcome.label) for outcome in USUAL],
        "rare": [(outcome.value, outcome.label) for outcome in RARE],
        "suggested": days.first_open(today + dt.timedelta(1)),
        "past": Contact.objects.filter(patient=patient).select_related("by").order_by("-at")[:5],
        "back": way_back(request),
        "next": request.GET.get("next", ""),
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "schedules/contact_inline.html", context)
    return render(request, "schedules/contact.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, patient: Patient, form: ContactForm) -> HttpResponse:
    data = form.cleaned_data
    outcome = ContactOutcome(data["outcome"])
    if outcome == ContactOutcome.AGREED_DATE:
        return _agreed(request, patient, form)
    record_contact(
        patient=patient,
        outcome=outcome,
        call_on=data["call_on"],
        note=data["note"],
        token=data["token"],
        by=request.user,
    )
    if outcome in CLOSES:
        notify(request, str(_ASKS_TO_CLOSE.get(outcome, _CLOSE_NOW)))
        return _to(request, patient)
    words = _("Noted for %(name)s: %(what)s.") % {"name": patient.name, "what": outcome.label.lower()}
    if data["call_on"]:
        words = _("Noted: call %(name)s on %(day)s.") % {"name": patient.name, "day": day(data["call_on"])}
    notify(request, words)
    return go_back(request)


def _agreed(request: HttpRequest, patient: Patient, form: ContactForm) -> HttpResponse:
    """The contact and its booking, in one go."""
    data = form.cleaned_data
    made = book_visit(
        patient=patient, on=data["on"], at=data["at"], note=data["note"], token=data["token"], by=request.user
    )
    record_contact(
        patient=patient,
        outcome=ContactOutcome.AGREED_DATE,
        call_on=None,
        note=data["note"],
        token=None,
        by=request.user,
    )
    say_booked(request, patient, made)
    return go_back(request)


def _to(request: HttpRequest, patient: Patient) -> HttpResponse:
    response = redirect("decide_close", patient.uid)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(response.url)
    return response


contact.section = "today"  # type: ignore[attr-defined]
