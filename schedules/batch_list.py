"""The batches of a clinic: those on the shelf, and numbers that were typed and are on no shelf."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from patients.batches import TYPED, doses_given
from patients.models import Batch, Clinic
from patients.models.product import BatchKey, batch_key

# A withdrawn batch may still lie on a tray for so long after its last dose.
STILL_ABOUT = dt.timedelta(14)


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch of the list; without `pk` a number that is on no shelf."""

    pk: int | None
    number: str
    key: str
    product: str
    expires_on: dt.date | None
    withdrawn_at: dt.datetime | None
    doses: int
    last_on: dt.date | None


# One row of the union, in the order of `BatchLine`.
_ON_SHELF = ("pk", "number", "key", "product__name", "expires_on", "withdrawn_at", "doses", "last_on")
_TYPED = ("no_pk", "as_written", "key", "no_product", "expires", "no_withdrawal", "doses", "last_on")


def batches(clinic: Clinic, number: str) -> QuerySet[Any]:
    """Batches of the shelf and typed numbers that contain `number`, those used last first; for `batch_lines`."""
    key = batch_key(number)
    on_shelf = Batch.objects.filter(clinic=clinic).annotate(key=BatchKey("number"))
    from_it = doses_given(clinic).valid().filter(batch=OuterRef("pk")).order_by().values("batch")
    shelf = on_shelf.filter(key__contains=key).annotate(
        doses=Coalesce(Subquery(from_it.annotate(n=Count("pk")).values("n")), 0),
        last_on=Subquery(from_it.annotate(last=Max("on")).values("last")),
    )
    typed = _typed(clinic).filter(key__contains=key).exclude(key__in=on_shelf.values("key"))
    loose = typed.annotate(
        no_pk=Cast(Value(None), BigIntegerField()),
        as_written=Max("batch_number"),
        no_product=Cast(Value(""), CharField()),
        expires=Max("expires_on"),
        no_withdrawal=Cast(Value(None), DateTimeField()),
    )
    found = shelf.order_by().values_list(*_ON_SHELF).union(loose.values_list(*_TYPED), all=True)
    return found.order_by(F("last_on").desc(nulls_last=True), "number")


def withdrawn_in_use(clinic: Clinic, *, today: dt.date) -> QuerySet[Batch]:
    """Withdrawn batches of which a dose was given in the last 14 days, those withdrawn last first."""
    lately = doses_given(clinic).valid().filter(batch=OuterRef("pk"), on__gte=today - STILL_ABOUT)
    withdrawn = Batch.objects.filter(clinic=clinic, withdrawn_at__isnull=False)
    return withdrawn.filter(Exists(lately)).order_by("-withdrawn_at", "number")


def _typed(clinic: Clinic) -> QuerySet[Any]:
    """Typed numbers, each with its count of doses and the last of them."""
    rows = doses_given(clinic).valid().filter(TYPED).annotate(key=BatchKey("batch_number"))
    found = rows.exclude(key="").order_by().values("key")
    return found.annotate(doses=Count("pk"), last_on=Max("on"))  # type: ignore[no-any-return]


def batch_lines(clinic: Clinic, rows: Iterable[Any]) -> list[BatchLine]:
    """Rows of `batches`; those of the shelf with the doses whose number was typed. One query."""
    lines = [BatchLine(*row) for row in rows]
    keys = [line.key for line in lines if line.pk]
    typed = {row["key"]: row for row in _typed(clinic).filter(key__in=keys)} if keys else {}
    return [_with_typed(line, typed[line.key]) if line.pk and line.key in typed else line for line in lines]


def _with_typed(line: BatchLine, typed: dict[str, Any]) -> BatchLine:
    last_on = max(filter(None, [line.last_on, typed["last_on"]]))
    return replace(line, doses=line.doses + typed["doses"], last_on=last_on)
