"""Decisions: previewed as a calendar before and after, judged as they are filled in, signed by a physician."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions.access import log_access
from patients.actions.once import AlreadySubmittedError, recorded_before
from patients.actions.records import lock_patient
from patients.models import Assessment, Patient
from patients.notices import notify
from patients.permissions import Action, Membership, allow, member_of, patient_or_404
from patients.views.page import patient_context
from patients.views.people import physicians_of
from patients.vocabulary import Phase
from schedules.actions.decisions import RefusedError, sign_decision
from schedules.course import course_of, points_of
from schedules.drafts import Draft, Verdict, judge_draft
from schedules.evidence import evidence_of
from schedules.facts import facts_for
from schedules.flag_words import in_words
from schedules.forms import decisions as forms
from schedules.models import Decision, Order
from schedules.plan_words import plan_words
from schedules.preview import preview
from schedules.queries import answered_check_ins
from schedules.rules.evaluate import evaluate
from schedules.rules.facts import Facts
from schedules.rules.requests import TABLE
from schedules.rules.results import Evaluation, RequestCode, Strength
from schedules.views.withdrawals import may_withdraw, plan_entry_words

SIGNED = 10
TITLES = {row.code: row.title for row in TABLE}


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """One kind of decision: its words, its form, who may sign it, and in which phases it is offered."""

    name: str
    title: Any
    summary: Any
    form: type[forms.DecisionForm]
    fits: Callable[[Evaluation], bool]
    action: Action = Action.DECIDE
    needs_evidence: bool = False  # it rests on how the patient does: symptoms and results are shown beside it
    closes: bool = False  # it ends the record: the rules have no say in it, and no calendar follows


def _in(*phases: Phase) -> Callable[[Evaluation], bool]:
    return lambda now: now.phase in phases


KEPT = (Phase.MAINTENANCE, Phase.PROPHYLAXIS)
NO_PLAN = (Phase.NOT_STARTED, Phase.STOPPED, Phase.CLOSED)
PAGES = {
    page.name: page
    for page in [
        DecisionPage(
            "decide_start",
            gettext_lazy("Start treatment or prevention"),
            gettext_lazy("Loading, prevention, or B12 by mouth."),
            forms.PrescribeForm,
            _in(*NO_PLAN),
        ),
        DecisionPage(
            "decide_take_over",
            gettext_lazy("Take over from elsewhere"),
            gettext_lazy("Treatment began in another clinic and goes on here."),
            forms.TakeOverForm,
            _in(*NO_PLAN),
        ),
        DecisionPage(
            "decide_plateau",
            gettext_lazy("Loading is complete: begin maintenance"),
            gettext_lazy("Confirm that symptoms no longer improve, or that the six doses are enough."),
            forms.MaintenanceForm,
            _in(Phase.LOADING),
            needs_evidence=True,
        ),
        DecisionPage(
            "decide_interval",
            gettext_lazy("Change the interval"),
            gettext_lazy("For symptoms or another clinical reason, never for a level alone."),
            forms.IntervalForm,
            _in(*KEPT),
            needs_evidence=True,
        ),
        DecisionPage(
            "order",
            gettext_lazy("New order, reload or another protocol"),
            gettext_lazy("Another drug, dose or route, a renewal, or loading anew."),
            forms.PrescribeForm,
            _in(Phase.LOADING, *KEPT),
        ),
        DecisionPage(
            "decide_folic_acid",
            gettext_lazy("Prescribe folic acid"),
            gettext_lazy("Only after B12 is corrected and folate is shown to be low."),
            forms.FolicAcidForm,
            lambda now: now.phase != Phase.CLOSED,
        ),
        DecisionPage(
            "decide_stop",
            gettext_lazy("Stop treatment"),
            gettext_lazy("Rarely right: most causes last for life."),
            forms.StopForm,
            _in(Phase.LOADING, *KEPT),
        ),
        DecisionPage(
            "decide_close",
            gettext_lazy("Close the record"),
            gettext_lazy("Died, moved to another clinic, or declines treatment."),
            forms.CloseForm,
            lambda now: now.phase != Phase.CLOSED,
            Action.EDIT_IDENTITY,
            closes=True,
        ),
    ]
}


@allow(Action.SEE_LISTS, section="patient_search")
def decide(request: HttpRequest, uid: str) -> HttpResponse:
    """The decisions that fit where the patient stands."""
    patient = patient_or_404(request, uid, Action.SEE_LISTS)
    return _menu(request, patient, evaluate(facts_for([patient])[patient.pk], as_of=patient.clinic.today()))


def _menu(
    request: HttpRequest, patient: Patient, now: Evaluation, *, gone: DecisionPage | None = None
) -> HttpResponse:
    """The decisions that fit; `gone` was asked for and does not fit (any more)."""
    member = member_of(request)
    clinical = member.may(Action.SEE_CLINICAL, patient.clinic_id)
    pages = [p for p in PAGES.values() if p.fits(now) and (clinical or p.action == Action.EDIT_IDENTITY)]
    if request.method == "GET":
        log_access(request, patient, "decision")
    context = (
        patient_context(request, patient)
        | _standing(now)
        | {
            "pages": pages,
            "gone": gone,
            "signed": _signed(patient, member, by=request.user.pk),
            "may_decide": member.may(Action.DECIDE, patient.clinic_id),
            "physicians": physicians_of(patient.clinic),
        }
    )
    return render(request, "schedules/decide.html", context, status=409 if gone else 200)


def _signed(patient: Patient, member: Membership, *, by: int | None) -> list[dict[str, Any]]:
    """The latest decisions and orders that this person may strike out, newest first."""
    decisions = Decision.objects.valid().filter(patient=patient).select_related("recorded_by")
    orders = Order.objects.valid().filter(patient=patient, decision=None).select_related("recorded_by")
    rows = sorted(
        [*decisions.order_by("-pk")[:SIGNED], *orders.order_by("-pk")[:SIGNED]],
        key=lambda row: row.recorded_at,
        reverse=True,
    )
    return [
        {"row": row, "words": plan_entry_words(row), "is_order": isinstance(row, Order)}
        for row in rows
        if may_withdraw(member, row, by=by)
    ][:SIGNED]


def _standing(now: Evaluation) -> dict[str, Any]:
    """Where the patient stands, for the line under the title."""
    next_dose = next((event for event in now.open_events if event.kind == "injection"), None)
    return {
        "plan": plan_words(now.phase, now.protocol or "", now.interval or ""),
        "now": now,
        "next_dose": next_dose,
    }


def _view(name: str) -> Callable[..., HttpResponse]:
    page = PAGES[name]
    seen = Action.SEE_LISTS if page.action == Action.EDIT_IDENTITY else Action.SEE_CLINICAL

    @allow(seen, section="patient_search")
    def view(request: HttpRequest, uid: str) -> HttpResponse:
        return _decision(request, patient_or_404(request, uid, seen), page)

    return view


decide_start = _view("decide_start")
decide_take_over = _view("decide_take_over")
decide_plateau = _view("decide_plateau")
decide_interval = _view("decide_interval")
decide_folic_acid = _view("decide_folic_acid")
decide_stop = _view("decide_stop")
decide_close = _view("decide_close")
order = _view("order")


def _decision(request: HttpRequest, patient: Patient, page: DecisionPage) -> HttpResponse:
    """Show, check (writes nothing) or sign one decision."""
    may_sign = member_of(request).may(page.action, patient.clinic_id)
    signing = request.method == "POST" and "sign" in request.POST
    if signing and not may_sign:
        raise PermissionDenied(_("A physician of this clinic decides this. Nothing was saved."))
    if recorded_before(token=request.POST.get("token"), by=request.user) is not None:
        return _signed_already(request, patient)
    if signing:
        lock_patient(patient)  # two who decide at once: the second sees what the first signed
    today = patient.clinic.today()
    facts = facts_for([patient])[patient.pk]
    now = evaluate(facts, as_of=today)
    if not page.fits(now):
        return _menu(request, patient, now, gone=page)
    order = Order.objects.valid().filter(patient=patient, ended_on__isnull=True).first()
    form = page.form(request.POST or None, patient=patient, today=today, now=now, facts=facts, order=order)
    valid = form.is_bound and form.is_valid()
    draft = form.draft() if valid else _first_draft(form)
    verdict = judge_draft(facts, draft, as_of=today) if draft else Verdict()
    seen = _version_of(facts, order)
    meanwhile = signing and request.POST.get("plan_seen", seen) != seen
    if signing and valid and draft and not meanwhile:
        answer = _sign(request, patient, page, form, draft)
        if answer:
            return answer
    if request.method == "GET":
        log_access(request, patient, "decision")
    hard, unanswered = _unanswered(verdict.of(Strength.HARD), tried=signing)
    context = (
        patient_context(request, patient)
        | _standing(now)
        | {
            "page": page,
            "form": form,
            "verdict": verdict,
            "soft": _said(verdict.of(Strength.SOFT)),
            "hard": _said(hard),
            "info": _said(verdict.of(Strength.INFO)),
            "missing": _missing(form) + [in_words(code.reason) for code in unanswered],
            "draft": draft,
            "preview": preview(facts, draft, as_of=today) if draft else None,
            "may_sign": may_sign,
            "tried": signing,
            "plan_seen": seen,
            "meanwhile": _latest_entry(patient) if meanwhile else "",
            "physicians": physicians_of(patient.clinic),
        }
    )
    status = 409 if meanwhile else 422 if signing else 200
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "schedules/partials/decision_answer.html", context, status=status)
    if page.needs_evidence:
        said = points_of(answered_check_ins(patient, until=today))
        course = course_of(facts, now, family=patient.clinic.units, check_ins=said)
        context |= {"evidence": evidence_of(course), "assessments": _assessments(patient, now)}
    return render(request, "schedules/decision.html", context, status=status)


def _unanswered(codes: Sequence[RequestCode], *, tried: bool) -> tuple[list[RequestCode], list[RequestCode]]:
    """Hard codes, and those of them that only say what is not answered yet: no refusal before anybody signs."""
    open_ones = [code for code in codes if code.code == "REASON_REQUIRED" and not tried]
    return [code for code in codes if code not in open_ones], open_ones


def _first_draft(form: forms.DecisionForm) -> Draft | None:
    """What the page opens with, where enough is preselected to preview it."""
    if form.is_bound:
        return None
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    trial = type(form)(
        {name: value for name, value in data.items() if value is not None},
        patient=form.patient,
        today=form.today,
        now=form.now,
        facts=form.facts,
        order=form.order,
    )
    trial.fields.pop("token")
    return trial.draft() if trial.is_valid() else None


def _missing(form: forms.DecisionForm) -> list[str]:
    """What the form itself still lacks, said beside the preview, where the person looks."""
    if not form.is_bound:
        return []
    said = []
    for name, errors in form.errors.items():
        label = strip_tags(str(form.fields[name].label)) if name in form.fields else ""
        said += [f"{label}: {error}" if label else str(error) for error in errors]
    return said


def _said(codes: Iterable[RequestCode]) -> list[dict[str, Any]]:
    return [
        {"title": _(TITLES[code.code]), "reason": in_words(code.reason), "rules": code.rules}
        for code in codes
    ]


def _sign(
    request: HttpRequest, patient: Patient, page: DecisionPage, form: forms.DecisionForm, draft: Draft
) -> HttpResponse | None:
    """The page that follows, or nothing when the rules refuse it (the page says why)."""
    try:
        sign_decision(
            patient=patient,
            draft=draft,
            override=form.override,
            note=form.cleaned_data["note"],
            token=form.cleaned_data["token"],
            today=form.today,
            by=request.user,
        )
    except AlreadySubmittedError:
        return _signed_already(request, patient)
    except RefusedError:
        return None
    said = _("Signed for %(name)s. The calendar is up to date.")
    if page.closes:
        said = _("The record of %(name)s is closed. Nobody is phoned or written to.")
    notify(request, said % {"name": patient.name})
    return redirect("patient", patient.uid)


def _signed_already(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The second copy of a form, or the page brought back after signing and signed again."""
    notify(
        request,
        _("This page was signed before: nothing is signed twice. To change it, open the decision anew."),
    )
    return redirect("patient", patient.uid)


def _version_of(facts: Facts, order: Order | None) -> str:
    """What tells the plan a page shows from the plan after somebody else's decision."""
    return blake2s(repr((facts.decisions, order and order.pk)).encode(), digest_size=8).hexdigest()


def _latest_entry(patient: Patient) -> str:
    """The newest decision or order in words, and who signed it."""
    decision = Decision.objects.filter(patient=patient).select_related("recorded_by").order_by("pk").last()
    order = Order.objects.filter(patient=patient).select_related("recorded_by").order_by("pk").last()
    rows: list[Decision | Order] = [row for row in (decision, order) if row is not None]
    newest = max(rows, key=lambda row: row.recorded_at, default=None)
    return f"{plan_entry_words(newest)}, {newest.recorded_by.name}" if newest and newest.recorded_by else ""


def _assessments(patient: Patient, now: Evaluation) -> list[Assessment]:
    """The latest three assessments."""
    valid = Assessment.objects.valid().filter(patient=patient, on__lte=now.as_of)
    return list(valid.order_by("-on", "-pk")[:3])
