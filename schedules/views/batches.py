"""Batches of the clinic, who had one, and who of them has been told."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from patients.actions.access import log_export
from patients.actions.batch_notices import (
    AlreadyToldError,
    NothingToTellError,
    may_take_back,
    take_back_notice,
    tell_of_batch,
)
from patients.actions.injections import TooLateToUndoError
from patients.actions.once import AlreadySubmittedError
from patients.actions.records import ChangedMeanwhileError
from patients.batches import WhichBatch, typed_batch
from patients.models import Batch, BatchNotice, Clinic, Patient
from patients.models.product import batch_key
from patients.notices import notify
from patients.permissions import Action, allow, clinic_here, member_of, patient_or_404, user_of
from patients.vocabulary import ToldHow
from schedules.batch_csv import write_batch
from schedules.batch_links import address_of, batch_address
from schedules.batch_list import batch_lines, batches
from schedules.batch_people import (
    PersonLine,
    lines,
    people,
    shown,
    struck_out,
    tallies,
    tally,
)
from schedules.forms.batches import (
    ORDERS,
    SHOWS,
    AskedOfBatch,
    BatchDownloadForm,
    TellForm,
)
from schedules.views.way_back import posted

PER_PAGE = 50
LONGEST = 40  # of a batch number


def which_batch(request: HttpRequest, clinic: Clinic, pk: int | None) -> WhichBatch:
    """The batch of the address, if it is the clinic's."""
    if pk is not None:
        rows = Batch.objects.select_related("product", "clinic")
        return WhichBatch.on_shelf(get_object_or_404(rows, clinic=clinic, pk=pk))
    found = typed_batch(clinic, _number(request.GET.get("number", "")))
    if found is None:
        raise Http404
    return found


def file_name(which: WhichBatch) -> str:
    """What a file about the batch is called, without its ending."""
    return f"batch-{slugify(which.number) or 'list'}-{which.clinic.today():%Y-%m-%d}"


def _number(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST]


@dataclass(frozen=True, slots=True)
class Row:
    """A person of the list, with the form that says how they were told."""

    person: PersonLine
    form: TellForm
    tell_url: str
    may_undo: bool


def _row(request: HttpRequest, which: WhichBatch, person: PersonLine) -> Row:
    last = person.notices[0] if person.notices else None
    may_undo = last is not None and may_take_back(last, now=which.clinic.now(), by=user_of(request))
    return Row(person, TellForm(), batch_address(which, "batch_tell", uid=person.patient.uid), may_undo)


def _may(request: HttpRequest, which: WhichBatch) -> dict[str, bool]:
    """What this person may do with the list, and see of it."""
    member, clinic = member_of(request), which.clinic.pk
    return {
        "clinical": member.may(Action.SEE_CLINICAL, clinic),
        "may_tell": which.is_to_be_told and member.may(Action.TELL_OF_BATCH, clinic),
        "may_write": which.is_to_be_told and member.may(Action.LETTERS, clinic),
        "may_withdraw": member.may(Action.MANAGE_PRODUCTS, clinic),
    }


@require_safe
@allow(Action.LOOK_UP_BATCH)
def batch_list(request: HttpRequest) -> HttpResponse:
    """Batches on the shelf and numbers that were typed, by number; one that is just it opens at once."""
    clinic = clinic_here(request)
    number = _number(request.GET.get("q", ""))
    page = Paginator(batches(clinic, number), PER_PAGE).get_page(request.GET.get("page"))
    found = batch_lines(clinic, page.object_list)
    if len(found) == 1 and batch_key(number) == found[0].key:
        return redirect(address_of(found[0].pk, found[0].number))
    counts = tallies(clinic)
    left = Batch.objects.filter(pk__in=[pk for pk, tally in counts.items() if tally.left])
    context = {
        "q": number,
        "page": page,
        "rows": [(row, address_of(row.pk, row.number), counts.get(row.pk or 0)) for row in found],
        "left": [(each, counts[each.pk]) for each in left.order_by("-withdrawn_at")],
        "today": clinic.today(),
        "may_manage": member_of(request).may(Action.MANAGE_PRODUCTS),
    }
    return render(request, "schedules/batches.html", context)


@require_safe
@allow(Action.LOOK_UP_BATCH)
def batch(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Who had it, newest dose first, and who of them has been told."""
    clinic = clinic_here(request)
    which = which_batch(request, clinic, pk)
    if pk is None and which.batch is not None:
        return redirect("batch", which.batch.pk)
    asked = AskedOfBatch.of(request.GET)
    found = shown(people(which), show=asked.show, order=asked.order)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    log_export(request, clinic, "who had a batch", purpose=which.label)
    context = _may(request, which) | {
        "which": which,
        "tally": tally(which),
        "struck_out": struck_out(which),
        "page": page,
        "rows": [_row(request, which, person) for person in lines(which, page.object_list)],
        "asked": asked,
        "shows": SHOWS.items(),
        "orders": ORDERS.items(),
        "hows": ToldHow.choices(),
        "today": clinic.today(),
        "withdrawn_on": _day(which, "withdrawn_at"),
        "reinstated_on": None if which.is_withdrawn else _day(which, "reinstated_at"),
        "back": request.GET.urlencode(),
        "letters_url": batch_address(which, "batch_letters"),
        "download_url": batch_address(which, "batch_download"),
    }
    return render(request, "schedules/batch.html", context)


def _day(which: WhichBatch, name: str) -> Any:
    """The clinic's day of a moment kept of the batch, if it has one."""
    moment = getattr(which.batch, name, None)
    return moment and moment.astimezone(which.clinic.tz).date()


def _to_list(request: HttpRequest, which: WhichBatch) -> HttpResponse:
    """Back to the list as it was: its filters came with the form."""
    path = batch_address(which).partition("?")[0]
    back = request.POST.get("back", "")
    return redirect(f"{path}?{back}" if back else batch_address(which))


@require_POST
@allow(Action.TELL_OF_BATCH, section="batch_list")
def batch_tell(request: HttpRequest, uid: str, pk: int | None = None) -> HttpResponse:
    """One patient was told, or was not reached; answered in place where there is script."""
    patient = patient_or_404(request, uid, Action.TELL_OF_BATCH)
    which = which_batch(request, patient.clinic, pk)
    form = TellForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    data = form.cleaned_data
    try:
        tell_of_batch(
            which=which,
            patient=patient,
            how=data["how"],
            note=data["note"],
            on=patient.clinic.today(),
            token=data["token"],
            by=user_of(request),
        )
    except NothingToTellError as error:
        raise Http404 from error
    except (AlreadyToldError, AlreadySubmittedError):
        pass  # the list says by whom
    return _told(request, which, patient)


def _told(request: HttpRequest, which: WhichBatch, patient: Patient) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return _to_list(request, which)
    [person] = lines(which, people(which).filter(pk=patient.pk))
    context = _may(request, which) | {
        "which": which,
        "row": _row(request, which, person),
        "tally": tally(which),
        "hows": ToldHow.choices(),
        "today": which.clinic.today(),
        "back": request.POST.get("back", ""),
    }
    return render(request, "schedules/partials/batch_told.html", context)


@require_POST
@allow(Action.TELL_OF_BATCH, section="batch_list")
def batch_take_back(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Undo an own mark that is fresh."""
    patient = patient_or_404(request, uid, Action.TELL_OF_BATCH)
    notices = BatchNotice.objects.select_related("batch__product", "batch__clinic")
    notice = get_object_or_404(notices, uid=row, patient=patient)
    which = WhichBatch(patient.clinic, notice.number, notice.batch)
    try:
        take_back_notice(patient=patient, notice=notice, now=patient.clinic.now(), by=user_of(request))
    except TooLateToUndoError:
        notify(request, _("This can no longer be undone here. Correct it on the patient's page."))
    except ChangedMeanwhileError:
        pass  # it is undone
    return _told(request, which, patient)


@allow(Action.LOOK_UP_BATCH, section="batch_list")
def batch_download(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The list as CSV, once a purpose is given (kept in the access log)."""
    clinic = clinic_here(request)
    which = which_batch(request, clinic, pk)
    form = BatchDownloadForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        context = {
            "form": form,
            "title": _("Download who had batch %s") % which.number,
            "about": _(
                "A row for each dose, with name, record number, phone and who was told, as a spreadsheet (CSV)."
            ),
            "back": batch_address(which),
            "back_words": _("Back to the batch"),
        }
        return render(request, "schedules/download.html", context, status=422 if form.errors else 200)
    log_export(request, clinic, "who had a batch as CSV", purpose=f"{which.label}: {form.purpose}"[:200])
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(which)}.csv"'
    response.write("\N{BYTE ORDER MARK}")
    write_batch(response, which, clinical=member_of(request).may(Action.SEE_CLINICAL, clinic.pk))
    return response


for _view in (batch, batch_list):
    _view.section = "batch_list"  # type: ignore[attr-defined]
