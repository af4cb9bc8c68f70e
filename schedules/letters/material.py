"""What the letters about one patient are made from: read once, in a fixed number of queries."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from patients.check_ins import in_words as in_patients_words
from patients.models import CheckIn, Clinic, Injection, LabResult, Patient
from patients.vocabulary import Analyte, B12Drug, BodySite, Domain, Place, Route
from schedules.calendar_table import Booked
from schedules.flag_words import in_words, title_of
from schedules.models import Message, Order
from schedules.patient_page import PatientPage, View
from schedules.rules.facts import Facts
from schedules.rules.results import Evaluation
from schedules.timeline import entries
from schedules.timeline_words import Line, line_of, order_title
from schedules.units import unit_words

PLAN_READ = 400  # orders and decisions; more than a lifetime has


@dataclass(frozen=True, slots=True)
class DoseGiven:
    """A dose that was given and stands; `by` only where it was given here."""

    on: dt.date
    drug: str
    dose_ug: Decimal
    route: str
    site: str
    place: str
    batch: str
    by: str
    reaction: str = ""

    @property
    def words(self) -> str:
        """ "hydroxocobalamin 1000 micrograms into the muscle (IM), left upper arm"."""
        return f"{self._drug} {Route(self.route).label}{self._site}"

    @property
    def short(self) -> str:
        """ "hydroxocobalamin 1000 micrograms, left upper arm"."""
        return f"{self._drug}{self._site}"

    @property
    def _drug(self) -> str:
        return f"{B12Drug(self.drug).label.lower()} {self.dose_ug.normalize():f} micrograms"

    @property
    def _site(self) -> str:
        return f", {BodySite(self.site).label}" if self.site else ""

    @property
    def where(self) -> str:
        """Where it was given, unless here."""
        return "" if self.place == Place.HERE else Place(self.place).label.lower()


@dataclass(frozen=True, slots=True)
class Reported:
    """A result as the laboratory wrote it, with the laboratory's own range."""

    on: dt.date
    analyte: str
    words: str
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class StandingFlag:
    """A flag that stands, the most pressing first."""

    code: str
    severity: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class InForce:
    """The order in force, in words."""

    words: str
    since: dt.date
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that went to the patient."""

    on: dt.date
    subject: str
    to: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the patient said by link: the answers in words by domain, and their own words."""

    on: dt.date
    answers: str
    words: str


@dataclass(frozen=True, slots=True)
class Material:
    """One patient on one day: the facts, what the rules say of them, and the rows a letter quotes."""

    patient: Patient
    clinic: Clinic
    today: dt.date
    facts: Facts
    now: Evaluation
    plan: str
    causes: str
    bookings: Sequence[Booked] = ()
    doses: Sequence[DoseGiven] = ()
    results: Sequence[Reported] = ()
    order: InForce | None = None
    plan_lines: Sequence[Line] = ()
    flags: Sequence[StandingFlag] = ()
    messages: Sequence[Sent] = ()
    answered: Sequence[Answered] = ()


def material_of(patient: Patient, *, today: dt.date) -> Material:
    """The patient comes with their clinic. Newest first, each list."""
    page = PatientPage(patient, today=today, view=View.of({"dates": "all"}, patient))
    plan, _older = entries(patient, show="plan", clinical=True, limit=PLAN_READ)
    return Material(
        patient=patient,
        clinic=patient.clinic,
        today=today,
        facts=page.facts,
        now=page.now,
        plan=page.plan,
        causes=page.causes,
        bookings=page.bookings,
        doses=_doses(patient, today),
        results=_results(patient, today),
        order=_order(patient),
        plan_lines=[
            line_of(entry, patient_uid=patient.uid, dose_names={}, clinical=True)
            for entry in plan
            if entry.struck is None
        ],
        flags=[
            StandingFlag(each.flag.code, each.severity, title_of(each.flag.code), in_words(each.flag.reason))
            for each in page.flags
        ],
        messages=_messages(patient),
        answered=_answered(patient),
    )


def _doses(patient: Patient, today: dt.date) -> list[DoseGiven]:
    rows = Injection.objects.valid().filter(patient=patient, given=True, on__lte=today)
    return [
        DoseGiven(
            on=row.on,
            drug=row.drug,
            dose_ug=row.dose_ug,
            route=row.route,
            site=row.site,
            place=row.place,
            batch=row.batch_number,
            by=row.given_by.name if row.given_by else "",
            reaction=row.reaction,
        )
        for row in rows.select_related("given_by").order_by("-on", "-pk")
    ]


def _results(patient: Patient, today: dt.date) -> list[Reported]:
    rows = LabResult.objects.valid().filter(patient=patient, drawn_on__lte=today)
    order = {analyte.value: position for position, analyte in enumerate(Analyte)}
    found = sorted(rows, key=lambda row: (-row.drawn_on.toordinal(), order[row.analyte], row.pk))
    return [
        Reported(
            on=row.drawn_on,
            analyte=row.analyte,
            words=f"{row.comparator}{row.value_text} {unit_words(row.unit)}",
            low=row.reference_low,
            high=row.reference_high,
        )
        for row in found
    ]


def _order(patient: Patient) -> InForce | None:
    row = Order.objects.valid().filter(patient=patient, ended_on__isnull=True).first()
    if row is None:
        return None
    names = ("drug", "dose_ug", "route", "regimen")
    return InForce(order_title({name: getattr(row, name) for name in names}), row.from_date, row.until)


def _messages(patient: Patient) -> list[Sent]:
    rows = Message.objects.filter(patient=patient, state=Message.State.SENT, sent_at__isnull=False)
    found = rows.order_by("-sent_at").values_list("sent_at", "subject", "to")
    return [Sent(at.astimezone(patient.clinic.tz).date(), subject, to) for at, subject, to in found if at]


def _answered(patient: Patient) -> list[Answered]:
    rows = CheckIn.objects.valid().filter(patient=patient).order_by("-on", "-pk")
    return [Answered(row.on, _answers(row.scores), row.note) for row in rows]


def _answers(scores: Mapping[str, int | None]) -> str:
    """ "numbness, tingling: a little; memory, thinking: not at all"; what was skipped is left out."""
    said = {domain: in_patients_words(scores[domain.value]) for domain in Domain}
    return "; ".join(f"{domain.label.lower()}: {words.lower()}" for domain, words in said.items() if words)
