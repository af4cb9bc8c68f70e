"""Which doses came from a batch, and who has been told about it.

A batch is one on the shelf, or a number that somebody typed (given elsewhere, an old vial). A typed number that means
one on the shelf belongs to it.
"""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from patients.models import Batch, BatchNotice, Clinic, Injection
from patients.models.product import BatchKey, batch_key
from patients.models.record import RecordQuerySet
from patients.vocabulary import ToldHow

TYPED = Q(batch__isnull=True) & ~Q(batch_number="")


def doses_given(clinic: Clinic) -> RecordQuerySet:
    """Doses of the clinic that were given, those struck out too."""
    return Injection.objects.filter(clinic=clinic, given=True)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class WhichBatch:
    """A batch that is looked up; `batch` is none for a number that is on no shelf."""

    clinic: Clinic
    number: str
    batch: Batch | None = None

    @classmethod
    def on_shelf(cls, batch: Batch) -> "WhichBatch":
        """A batch of the shelf; it comes with its clinic and product."""
        return cls(batch.clinic, batch.number, batch)

    @property
    def key(self) -> str:
        """The number as it is looked up."""
        return batch_key(self.number)

    @property
    def label(self) -> str:
        """What tells it from every other: "Hydroxocobalamin 1 mg/mL, batch H4390D"."""
        product = f"{self.batch.product.name}, " if self.batch else ""
        return f"{product}batch {self.number}"

    @property
    def is_withdrawn(self) -> bool:
        return self.batch is not None and self.batch.withdrawn_at is not None

    @property
    def is_to_be_told(self) -> bool:
        """Whether there is anything to tell: it was withdrawn, or nobody here can withdraw it."""
        return self.batch is None or self.is_withdrawn

    def all_doses(self) -> RecordQuerySet:
        """Doses from this batch, those struck out too."""
        typed = doses_given(self.clinic).filter(TYPED).annotate(key=BatchKey("batch_number"))
        meant = typed.filter(key=self.key).values("pk")
        from_it = Q(pk__in=meant) if self.batch is None else Q(batch=self.batch) | Q(pk__in=meant)
        return doses_given(self.clinic).filter(from_it)

    def doses(self) -> RecordQuerySet:
        """Doses from this batch that stand."""
        return self.all_doses().valid()

    def notices(self) -> QuerySet[BatchNotice]:
        """What stands of who was told, or not reached."""
        as_typed = Q(batch__isnull=True, number_key=self.key)
        about = as_typed if self.batch is None else as_typed | Q(batch=self.batch)
        return BatchNotice.objects.valid().filter(about, clinic=self.clinic)

    def told(self) -> QuerySet[BatchNotice]:
        """Those by which somebody really was told."""
        return self.notices().exclude(how=ToldHow.NOT_REACHED)


def typed_batch(clinic: Clinic, number: str) -> WhichBatch | None:
    """The batch that a typed number means: the one on the shelf with that number if there is just one, else the number
    as it was typed last; nothing if no dose has it."""
    key = batch_key(number)
    if not key:
        return None
    shelf = Batch.objects.filter(clinic=clinic).select_related("product", "clinic")
    found = list(shelf.annotate(key=BatchKey("number")).filter(key=key)[:2])
    if len(found) == 1:
        return WhichBatch.on_shelf(found[0])
    doses = WhichBatch(clinic, key).all_doses().order_by("-on", "-pk")
    typed = doses.values_list("batch_number", flat=True).first()
    return WhichBatch(clinic, typed) if typed else None
