"""The summary for the patient's doctor. Pure: what a clinician chose of the material, in words."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.analytes import ANALYTES
from patients.templatetags.clinic_words import day, plain_date
from patients.vocabulary import Analyte, Domain, Severity
from schedules.lab_table import Limits, mark_of, when_words
from schedules.letters.material import InForce, Material, StandingFlag
from schedules.letters.parts import Letter, Section, Table, decision_support, identity_of, letterhead
from schedules.letters.patient_parts import next_dates, since
from schedules.rules.facts import Assessment
from schedules.rules.results import LabReading
from schedules.units import reported_words

DOSES_TOLD, SCORES_TOLD, DECISIONS_TOLD_FOR = 6, 4, dt.timedelta(365)
# Parts that a clinician may leave out; identity, allergies, plan and order always stand.
PARTS = [
    ("causes", gettext_lazy("Causes")),
    ("doses", gettext_lazy("Last doses")),
    ("dates", gettext_lazy("Next dates")),
    ("results", gettext_lazy("Latest results")),
    ("symptoms", gettext_lazy("Symptoms")),
    ("decisions", gettext_lazy("Decisions and orders of the last year")),
]
ALL_PARTS = tuple(code for code, _label in PARTS)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a clinician wants in the letter: parts, flags by code, a paragraph of their own, to whom."""

    parts: tuple[str, ...]
    flags: tuple[str, ...]
    words: str = ""
    to: str = ""

    @classmethod
    def everything(cls, material: Material) -> "Choice":
        """All parts and all flags, with nothing added."""
        return cls(ALL_PARTS, tuple(flag.code for flag in material.flags))


def usual_flags(flags: Iterable[StandingFlag]) -> list[str]:
    """The flags ticked at first: those that ask for something."""
    return [flag.code for flag in flags if flag.severity != Severity.INFO]


def summary_letter(material: Material, choice: Choice, *, signed_by: str) -> Letter:
    """The letter; `signed_by` is the name of whoever prints it."""
    clinic, patient = material.clinic, material.patient
    sections = [build(material) for part, build in _SECTIONS.items() if part in choice.parts]
    if flags := [flag for flag in material.flags if flag.code in choice.flags]:
        points = tuple((f"{flag.title}.", flag.reason) for flag in flags)
        sections.insert(0, Section(_("To look at"), points=points))
    return Letter(
        title=_("Vitamin B12 treatment: summary"),
        clinic=clinic.name,
        clinic_lines=letterhead(clinic),
        date=day(material.today),
        identity=identity_of(patient),
        to=_lines(choice.to),
        opening=_lines(choice.words),
        facts=_facts(material),
        sections=tuple(sections),
        signed=(signed_by, clinic.name, day(material.today)),
        foot=decision_support(),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _facts(material: Material) -> tuple[tuple[str, str], ...]:
    patient, order = material.patient, material.order
    age = patient.age_on(material.today)
    born = _("%(date)s (%(age)s years)") % {"date": plain_date(patient.birth_date), "age": age}
    told = [
        (_("Patient"), patient.name),
        (_("Born"), born),
        (_("Record number"), patient.record_number),
        (_("Allergies"), patient.allergies),
        (_("Bleeding risk"), patient.bleeding_risk or _("none recorded")),
        (_("Plan"), material.plan),
        (_("Treatment"), since(material.now.plan_started_on) or _("not begun")),
        (_("Order"), _order(order) if order else _("none in force")),
    ]
    return tuple(told)


def _order(order: InForce) -> str:
    renew = _("renew by %(on)s") % {"on": plain_date(order.until)} if order.until else ""
    return ", ".join(filter(None, [order.words, since(order.since), renew]))


def _causes(material: Material) -> Section:
    return Section(
        _("Causes"), sentences=(material.causes,) if material.causes else (), empty=_none(material.causes)
    )


def _none(found: object) -> str:
    return "" if found else _("None on record.")


def _doses(material: Material) -> Section:
    rows = []
    for dose in material.doses[:DOSES_TOLD]:
        what = ", ".join(filter(None, [dose.words, dose.where]))
        rows.append((day(dose.on), what, dose.batch or _("not known")))
    columns = (_("Given"), _("What"), _("Batch"))
    table = Table(columns, tuple(rows)) if rows else None
    return Section(_("Last doses"), table=table, empty=_none(rows))


def _dates(material: Material) -> Section:
    rows = next_dates(material)
    table = Table((_("What"), _("When")), tuple(rows)) if rows else None
    return Section(_("Next dates"), table=table, empty="" if rows else _("No date is due."))


def _results(material: Material) -> Section:
    """The latest of each test, with the one before it."""
    limits = Limits(material.facts)
    by_test: dict[str, list[LabReading]] = {}
    for reading in material.now.labs:
        if reading is not None:
            by_test.setdefault(str(reading.lab.analyte), []).append(reading)
    rows = []
    for analyte in Analyte:
        found = sorted(by_test.get(analyte.value, []), key=lambda reading: reading.lab.drawn_on, reverse=True)
        if found:
            before = _before(found[1], limits) if len(found) > 1 else "–"
            rows.append((ANALYTES[analyte].label, result_words(found[0], limits), _drawn(found[0]), before))
    columns = (_("Test"), _("Latest"), _("Drawn"), _("The one before"))
    return Section(
        _("Latest results"), table=Table(columns, tuple(rows)) if rows else None, empty=_none(rows)
    )


def _drawn(reading: LabReading) -> str:
    """The date; for serum B12 also where in the cycle, since only a trough shows too little."""
    on = plain_date(reading.lab.drawn_on)
    return f"{on}, {when_words([reading])}" if reading.lab.analyte == Analyte.B12 else on


def result_words(reading: LabReading, limits: Limits) -> str:
    """ "262 pmol/L, borderline"."""
    return ", ".join(filter(None, [reported_words(reading.lab), mark_of(reading, limits)]))


def _before(reading: LabReading, limits: Limits) -> str:
    return f"{result_words(reading, limits)} ({plain_date(reading.lab.drawn_on)})"


def _symptoms(material: Material) -> Section:
    """The score now, which way it went, and the last scores by domain."""
    known = [each for each in material.facts.assessments if each.on <= material.today]
    known.sort(key=lambda each: each.on, reverse=True)
    if not known:
        return Section(_("Symptoms"), empty=_("Not assessed yet."))
    rows = [(plain_date(each.on), _total(each), _domains(each)) for each in known[:SCORES_TOLD]]
    table = Table((_("Assessed"), _("Score, 0 to 15"), _("Domains, 0 to 3")), tuple(rows))
    return Section(_("Symptoms"), sentences=_trend(known), table=table)


def _total(assessment: Assessment) -> str:
    total = score_of(assessment)
    return _("incomplete") if total is None else str(total)


def score_of(assessment: Assessment) -> int | None:
    """The symptom score, 0 to 15; none when a domain was not assessed."""
    return sum(score for score in assessment.scores if score is not None) if assessment.is_complete else None


def _domains(assessment: Assessment) -> str:
    said = []
    for domain, score in zip(Domain, assessment.scores, strict=True):
        if score is None:
            said.append(_("%(domain)s not assessed") % {"domain": domain.label.lower()})
        elif score:
            said.append(f"{domain.label.lower()} {score}")
    return ", ".join(said) or _("no symptom")


def _trend(known: list[Assessment]) -> tuple[str, ...]:
    scored = [(each.on, score) for each in known if (score := score_of(each)) is not None]
    if not scored:
        return ()
    (on, score), first = scored[0], scored[-1]
    now = _("Symptom score %(score)s of 15 on %(on)s.") % {"score": score, "on": plain_date(on)}
    if len(scored) == 1:
        return (now,)
    before_on, before = scored[1]
    compared = (
        _("Worse than before: %(score)s on %(on)s.")
        if score > before
        else _("Better than before: %(score)s on %(on)s.")
        if score < before
        else _("The same as before: %(score)s on %(on)s.")
    ) % {"score": before, "on": plain_date(before_on)}
    began = _("The first score was %(score)s on %(on)s.") % {"score": first[1], "on": plain_date(first[0])}
    return (f"{now} {compared} {began}",)


def _decisions(material: Material) -> Section:
    earliest = material.today - DECISIONS_TOLD_FOR
    points = []
    for line in material.plan_lines:
        if earliest <= line.day <= material.today:
            why = " ".join(f"{part.rstrip('.')}." for part in line.under)
            what = ": ".join(filter(None, [line.bold, line.text]))
            by = f" ({line.by})" if line.by else ""
            points.append((f"{plain_date(line.day)}:", f"{what}{by}. {why}".strip()))
    return Section(_("Decisions and orders of the last year"), points=tuple(points), empty=_none(points))


_SECTIONS: dict[str, Callable[[Material], Section]] = {
    "causes": _causes,
    "doses": _doses,
    "dates": _dates,
    "results": _results,
    "symptoms": _symptoms,
    "decisions": _decisions,
}
