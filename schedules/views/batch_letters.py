"""Letters to those who had a batch that was withdrawn."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from patients.actions.access import log_access_to_all
from patients.actions.batch_notices import NothingToTellError, tell_all_by_letter
from patients.actions.once import AlreadySubmittedError
from patients.batches import WhichBatch
from patients.notices import notify
from patients.permissions import Action, allow, clinic_here, member_of, user_of
from schedules.batch_links import batch_address
from schedules.batch_people import LETTER, PersonLine, lines, people, printed_letters, shown
from schedules.forms.batches import BatchLettersForm, TokenForm
from schedules.letters.batch_letter import batch_letter
from schedules.letters.pdf import batch_letters_pdf
from schedules.views.batches import file_name, which_batch
from schedules.views.way_back import posted


@allow(Action.LETTERS, section="batch_list")
def batch_letters(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Letters to those who had it: typed, looked at, then one PDF with a page for each."""
    clinic = clinic_here(request)
    which = which_batch(request, clinic, pk)
    if not which.is_to_be_told:
        raise Http404
    form = BatchLettersForm(posted(request))
    is_complete = form.is_bound and form.is_valid()
    alive = [
        each for each in lines(which, shown(people(which), show=form.show, order="name")) if not each.died
    ]
    if is_complete and alive and "preview" not in request.POST:
        return _letters_file(request, which, form, alive)
    today = clinic.today()
    context = {
        "which": which,
        "form": form,
        "people": alive,
        "letter": batch_letter(which, alive[0], form.wording, today=today) if alive else None,
        "told_form": TokenForm(),
        "printed": _printed(which),
        "back": batch_address(which),
        "mark_url": batch_address(which, "batch_letters_sent"),
    }
    errors = form.errors and "preview" not in request.POST
    return render(request, "schedules/batch_letters.html", context, status=422 if errors else 200)


def _letters_file(
    request: HttpRequest, which: WhichBatch, form: BatchLettersForm, alive: list[PersonLine]
) -> HttpResponse:
    today = which.clinic.today()
    pdf = batch_letters_pdf([batch_letter(which, each, form.wording, today=today) for each in alive])
    log_access_to_all(request, [each.patient for each in alive], LETTER, purpose=which.label)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="letters-{file_name(which)}.pdf"'
    return response


def _printed(which: WhichBatch) -> list[int]:
    """Those for whom a letter was printed and who are not marked as told."""
    waiting = shown(people(which), show="left", order="").values_list("pk", flat=True)
    return sorted(set(waiting) & set(printed_letters(which)))


@require_POST
@allow(Action.LETTERS, section="batch_list")
def batch_letters_sent(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The letters that were printed are on their way: mark those people as told."""
    clinic = clinic_here(request)
    if not member_of(request).may(Action.TELL_OF_BATCH, clinic.pk):
        raise PermissionDenied
    which = which_batch(request, clinic, pk)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return redirect(batch_address(which, "batch_letters"))
    meant = _printed(which)
    try:
        told = tell_all_by_letter(
            which=which,
            patient_ids=meant,
            on=clinic.today(),
            token=form.cleaned_data["token"],
            by=user_of(request),
        )
    except NothingToTellError as error:
        raise Http404 from error
    except AlreadySubmittedError:
        return redirect(batch_address(which))
    if told:
        words = ngettext(
            "%(n)s person is marked as told by letter.", "%(n)s people are marked as told by letter.", told
        )
        notify(request, words % {"n": told})
    else:
        notify(request, _("Nobody is marked: no letter was printed for anybody who is still to be told."))
    return redirect(batch_address(which))
