"""A patient's own record, in plain words for the patient. Pure.

Nothing for staff only stands in it: no access log, no notes, no names but of those who gave a dose.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.analytes import ANALYTES
from patients.templatetags.clinic_words import day, plain_date
from patients.vocabulary import Phase
from schedules.calendar_table import EVENT_WORDS
from schedules.letters.material import Material
from schedules.letters.parts import Letter, Section, Table, identity_of, letterhead
from schedules.letters.patient_parts import when_words
from schedules.letters.plain_words import plain_words
from schedules.letters.summary import score_of

_PHASES = {
    Phase.NOT_STARTED: gettext_lazy("You have no plan of injections at present."),
    Phase.LOADING: gettext_lazy("You are having the first injections, close together."),
    Phase.MAINTENANCE: gettext_lazy("You are having regular injections for as long as you need them."),
    Phase.PROPHYLAXIS: gettext_lazy("You are having regular injections so that B12 does not run low."),
    Phase.STOPPED: gettext_lazy("Your injections have been stopped."),
    Phase.CLOSED: gettext_lazy("The clinic has closed your record."),
}


def own_record(material: Material) -> Letter:
    """Plan, dates, doses, results as reported, what is being looked at, messages sent."""
    clinic, patient = material.clinic, material.patient
    return Letter(
        title=_("Your record"),
        clinic=clinic.name,
        clinic_lines=letterhead(clinic),
        date=day(material.today),
        identity=identity_of(patient),
        opening=(
            _("This is what %(clinic)s has on record about your vitamin B12 treatment.")
            % {"clinic": clinic.name},
        ),
        facts=_about(material),
        sections=(
            _plan(material),
            _coming(material),
            _looked_at(material),
            _given(material),
            _results(material),
            _symptoms(material),
            *_answered(material),
            _messages(material),
        ),
        closing=_questions(clinic.phone),
    )


def _about(material: Material) -> tuple[tuple[str, str], ...]:
    patient = material.patient
    reminders = _("yes, by e-mail") if patient.can_be_mailed else _("no")
    told = [
        (_("Name"), patient.name),
        (_("Born"), plain_date(patient.birth_date)),
        (_("Record number"), patient.record_number),
        (_("Phone"), patient.phone or _("none")),
        (_("E-mail"), patient.email or _("none")),
        (_("Reminders"), reminders),
        (_("Allergies"), patient.allergies),
        (_("Bleeding risk"), patient.bleeding_risk or _("none recorded")),
    ]
    return tuple(told)


def _plan(material: Material) -> Section:
    now, order = material.now, material.order
    told = [str(_PHASES[Phase(now.phase)]), f"{material.plan}."]
    if began := now.plan_started_on:
        told.append(_("Treatment began on %(on)s.") % {"on": plain_date(began)})
    if material.causes:
        told.append(_("Why B12 runs low: %(causes)s.") % {"causes": material.causes})
    if order:
        told.append(_("Prescribed: %(order)s.") % {"order": order.words})
    return Section(_("Your plan"), sentences=tuple(told))


def _coming(material: Material) -> Section:
    rows = tuple((str(EVENT_WORDS[event.kind]), when_words(material, event)) for event in material.now.events)
    table = Table((_("What"), _("When")), rows) if rows else None
    words = _("Later dates may move when an injection is given earlier or later.")
    return Section(
        _("Dates to come"),
        sentences=(words,) if rows else (),
        table=table,
        empty="" if rows else _("No date is planned."),
    )


def _looked_at(material: Material) -> Section:
    sentences = dict.fromkeys(plain_words(flag.code) for flag in material.flags)
    points = tuple(("", words) for words in sentences)
    return Section(
        _("What is being looked at"), points=points, empty="" if points else _("Nothing at present.")
    )


def _given(material: Material) -> Section:
    rows = tuple(
        (day(dose.on), ", ".join(filter(None, [dose.short, dose.where])), dose.batch or "–", dose.by or "–")
        for dose in material.doses
    )
    columns = (_("Date"), _("What"), _("Batch"), _("Given by"))
    table = Table(columns, rows) if rows else None
    return Section(_("Injections you had"), table=table, empty="" if rows else _("None on record."))


def _results(material: Material) -> Section:
    rows = tuple(
        (plain_date(each.on), ANALYTES[each.analyte].label, each.words, _range(each.low, each.high))
        for each in material.results
    )
    columns = (_("Blood taken"), _("Test"), _("Result"), _("Laboratory's own range"))
    table = Table(columns, rows) if rows else None
    return Section(_("Your results"), table=table, empty="" if rows else _("None on record."))


def _range(low: str, high: str) -> str:
    if low and high:
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    if high:
        return _("up to %(high)s") % {"high": high}
    return _("from %(low)s") % {"low": low} if low else "–"


def _symptoms(material: Material) -> Section:
    known = [each for each in material.facts.assessments if each.on <= material.today]
    known.sort(key=lambda each: each.on, reverse=True)
    rows = []
    for each in known:
        score = score_of(each)
        rows.append((plain_date(each.on), _("asked about in part") if score is None else str(score)))
    words = _("Five kinds of symptoms are scored from 0 (none) to 3 (severe). The sum goes from 0 to 15.")
    return Section(
        _("Your symptoms over time"),
        sentences=(words,) if rows else (),
        table=Table((_("Date"), _("Sum")), tuple(rows)) if rows else None,
        empty="" if rows else _("Not asked about yet."),
    )


def _answered(material: Material) -> tuple[Section, ...]:
    """What they told the clinic by link; no section where they never did."""
    if not material.answered:
        return ()
    rows = tuple((plain_date(each.on), each.answers or "–", each.words or "–") for each in material.answered)
    columns = (_("Date"), _("Your answers"), _("In your own words"))
    return (Section(_("What you told us"), table=Table(columns, rows)),)


def _messages(material: Material) -> Section:
    rows = tuple((plain_date(each.on), each.subject, each.to) for each in material.messages)
    table = Table((_("Sent"), _("About"), _("To")), rows) if rows else None
    return Section(_("Messages sent to you"), table=table, empty="" if rows else _("None."))


def _questions(phone: str) -> tuple[str, ...]:
    if not phone:
        return (_("If something is not right, tell the clinic."),)
    return (_("If something is not right or not clear, phone us on %(phone)s.") % {"phone": phone},)
