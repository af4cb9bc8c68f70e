"""The page on which a patient says how they are, opened from a message."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from patients.actions.check_ins import WrongYear, answer_check_in, is_open, try_birth_year
from patients.check_ins import Invited
from schedules.forms.check_ins import BirthYearForm, CheckInForm
from schedules.messages.links import read_check_in_token
from schedules.views.for_patients import for_patients


@for_patients
@require_http_methods(["GET", "HEAD", "POST"])
def check_in_page(request: HttpRequest, token: str) -> HttpResponse:
    """The birth year, then the questions, then thanks. A link that cannot be used, for whatever reason, gets one and
    the same page."""
    invited = read_check_in_token(token)
    if invited is None:
        return _closed(request)
    if request.method != "POST":
        return (
            _ask_year(request, BirthYearForm()) if is_open(invited, now=timezone.now()) else _closed(request)
        )
    return _record(request, invited) if "token" in request.POST else _open_questions(request, invited)


def _open_questions(request: HttpRequest, invited: Invited) -> HttpResponse:
    """The birth year was sent: the questions, if it is right."""
    form = BirthYearForm(request.POST)
    if not form.is_valid():
        return _ask_year(request, form) if is_open(invited, now=timezone.now()) else _closed(request)
    year = form.cleaned_data["year"]
    tried = try_birth_year(invited, year=year, now=timezone.now())
    if tried is None:
        return _closed(request)
    if isinstance(tried, WrongYear):
        return _say_wrong(request, form, tried)
    return _ask(request, CheckInForm(initial={"year": year}), phone=tried.patient.clinic.phone)


def _record(request: HttpRequest, invited: Invited) -> HttpResponse:
    """The answers were sent."""
    form = CheckInForm(request.POST)
    if not form.is_valid():
        # Only who knows the birth year sees the questions again.
        year = BirthYearForm(request.POST)
        tried = (
            try_birth_year(invited, year=year.cleaned_data["year"], now=timezone.now())
            if year.is_valid()
            else None
        )
        if tried is None or isinstance(tried, WrongYear):
            return _closed(request)
        return _ask(request, form, phone=tried.patient.clinic.phone)
    data = form.cleaned_data
    answered = answer_check_in(
        invited,
        year=data["year"],
        scores=form.scores,
        note=data["note"],
        token=data["token"],
        now=timezone.now(),
    )
    if answered is None:
        return _closed(request)
    if isinstance(answered, WrongYear):
        return _say_wrong(request, BirthYearForm({"year": data["year"]}), answered)
    context = {"is_worse": answered.is_worse, "phone": answered.check_in.patient.clinic.phone}
    return render(request, "for_patients/thanks.html", context)


def _say_wrong(request: HttpRequest, form: BirthYearForm, wrong: WrongYear) -> HttpResponse:
    left = ngettext("You can try once more.", "You can try %(n)s more times.", wrong.tries_left)
    said = _("This is not the year that the clinic has.")
    form.add_error("year", f"{said} {left % {'n': wrong.tries_left}}")
    return _ask_year(request, form)


def _ask_year(request: HttpRequest, form: BirthYearForm) -> HttpResponse:
    return render(request, "for_patients/birth_year.html", {"form": form}, status=422 if form.errors else 200)


def _ask(request: HttpRequest, form: CheckInForm, *, phone: str) -> HttpResponse:
    context = {"form": form, "phone": phone}
    return render(request, "for_patients/check_in.html", context, status=422 if form.errors else 200)


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "for_patients/closed.html", status=404)
