"""Who had a batch and who of them has been told: the list, its counts, and what is left to tell in a clinic."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from patients.batches import TYPED, WhichBatch, doses_given
from patients.models import AccessLog, Batch, BatchNotice, Clinic, Injection, Patient
from patients.models.product import BatchKey, batch_key
from patients.vocabulary import CloseReason, DecisionKind, Phase, ToldHow
from schedules.models import Decision

# As the access log keeps it: who was printed a letter is known from there.
LETTER = "letter: batch withdrawn"
EVERYBODY, LEFT, TOLD = "", "left", "told"
NEWEST, BY_NAME = "", "name"
ORDERS = {NEWEST: ("-last_on", "name_key", "pk"), BY_NAME: ("name_key", "pk")}


def _closed_because() -> Any:
    """Why the patient's record is closed, or nothing."""
    closing = Decision.objects.valid().filter(patient=OuterRef("pk"), kind=DecisionKind.CLOSE)
    reason = Subquery(closing.order_by("-on", "-pk").values("reason")[:1])
    closed = When(schedule__phase=Phase.CLOSED, then=reason)
    return Coalesce(Case(closed, default=Value(""), output_field=CharField()), Value(""))


def people(which: WhichBatch) -> QuerySet[Any]:
    """The patients who had a dose of it, each with `last_on`, `is_told`, `closed_because`."""
    doses = which.doses()
    last = doses.filter(patient=OuterRef("pk")).order_by().values("patient").annotate(on=Max("on"))
    return Patient.objects.filter(clinic=which.clinic, pk__in=doses.values("patient")).annotate(
        last_on=Subquery(last.values("on")),
        is_told=Exists(which.told().filter(patient=OuterRef("pk"))),
        closed_because=_closed_because(),
    )


ALIVE = ~Q(closed_because=CloseReason.DIED)
TO_TELL = Q(is_told=False) & ALIVE


def shown(found: QuerySet[Any], *, show: str, order: str) -> QuerySet[Any]:
    """`found` narrowed to those left to tell or told, in order."""
    narrowed = {LEFT: found.filter(TO_TELL), TOLD: found.filter(is_told=True)}.get(show, found)
    return narrowed.order_by(*ORDERS.get(order, ORDERS[NEWEST]))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many had a batch, how many of them can be told, and how many have been. Who died cannot be told."""

    had: int
    to_tell: int
    told: int

    @property
    def died(self) -> int:
        return self.had - self.to_tell

    @property
    def left(self) -> int:
        return self.to_tell - self.told


def tally(which: WhichBatch) -> Tally:
    """The counts of one batch. One query."""
    counts = people(which).aggregate(
        had=Count("pk"), to_tell=Count("pk", filter=ALIVE), told=Count("pk", filter=ALIVE & Q(is_told=True))
    )
    return Tally(**counts)


def tallies(clinic: Clinic) -> dict[int, Tally]:
    """The counts of each withdrawn batch on the shelf, by its key. Five queries, however many."""
    batches = list(Batch.objects.filter(clinic=clinic, withdrawn_at__isnull=False))
    if not batches:
        return {}
    keys: dict[str, list[int]] = defaultdict(list)
    for batch in batches:
        keys[batch_key(batch.number)].append(batch.pk)
    had = _pairs(doses_given(clinic).valid().filter(batch__in=batches))
    typed = doses_given(clinic).valid().filter(TYPED).annotate(key=BatchKey("batch_number"))
    _add_typed(had, keys, typed.filter(key__in=list(keys)).values_list("key", "patient_id"))
    notices = BatchNotice.objects.valid().filter(clinic=clinic).exclude(how=ToldHow.NOT_REACHED)
    told = _pairs(notices.filter(batch__in=batches))
    as_typed = notices.filter(batch__isnull=True, number_key__in=list(keys))
    _add_typed(told, keys, as_typed.values_list("number_key", "patient_id"))
    everybody = set().union(*had.values())
    died = _died(everybody)
    return {
        batch.pk: Tally(
            len(had[batch.pk]),
            len(had[batch.pk] - died),
            len((had[batch.pk] & told[batch.pk]) - died),
        )
        for batch in batches
    }


def _pairs(rows: QuerySet[Any]) -> dict[int, set[int]]:
    """Patients by batch."""
    found: dict[int, set[int]] = defaultdict(set)
    for batch, patient in rows.order_by().values_list("batch_id", "patient_id").distinct():
        found[batch].add(patient)
    return found


def _add_typed(
    found: dict[int, set[int]], keys: dict[str, list[int]], rows: Iterable[tuple[str, int]]
) -> None:
    """Add patients whose number was typed to the batches of the shelf that it means."""
    for key, patient in rows:
        for pk in keys[key]:
            found[pk].add(patient)


def _died(ids: Iterable[int]) -> set[int]:
    people = Patient.objects.filter(pk__in=list(ids)).annotate(closed_because=_closed_because())
    return set(people.filter(~ALIVE).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One patient of the list: their doses, the latest first, and what was told, the latest first."""

    patient: Any
    doses: Sequence[Injection]
    notices: Sequence[BatchNotice]

    @property
    def died(self) -> bool:
        return bool(self.patient.closed_because == CloseReason.DIED)

    @property
    def closed(self) -> str:
        """Why the record is closed, in words, or nothing."""
        because = self.patient.closed_because
        return CloseReason(because).label if because else ""

    @property
    def told(self) -> BatchNotice | None:
        """How they were told."""
        return next((each for each in self.notices if each.how != ToldHow.NOT_REACHED), None)

    @property
    def tries(self) -> list[BatchNotice]:
        """When they were not reached."""
        return [each for each in self.notices if each.how == ToldHow.NOT_REACHED]


def lines(which: WhichBatch, patients: Iterable[Patient]) -> list[PersonLine]:
    """`patients` (from `people`) with their doses and notices. Two queries."""
    listed = list(patients)
    doses: dict[int, list[Injection]] = defaultdict(list)
    for dose in which.doses().filter(patient__in=listed).select_related("given_by").order_by("-on", "-pk"):
        doses[dose.patient_id].append(dose)
    notices: dict[int, list[BatchNotice]] = defaultdict(list)
    of_them = which.notices().filter(patient__in=listed).select_related("recorded_by")
    for notice in of_them.order_by("-on", "-pk"):
        notices[notice.patient_id].append(notice)
    return [PersonLine(each, doses[each.pk], notices[each.pk]) for each in listed]


def struck_out(which: WhichBatch) -> int:
    """How many doses of it were entered in error, and so are left out."""
    return which.all_doses().filter(error_at__isnull=False).count()


def printed_letters(which: WhichBatch) -> QuerySet[AccessLog, int]:
    """The patients for whom a letter about it was printed."""
    printed = AccessLog.objects.filter(clinic=which.clinic, what=LETTER, purpose=which.label)
    return printed.filter(patient__isnull=False).values_list("patient_id", flat=True).distinct()
