"""The batches of a clinic: those on the shelf, and numbers that were typed and are on no shelf."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    DateTimeField,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from patients.batches import TYPED, doses_given
from patients.models import Batch, Clinic
from patients.models.product import BatchKey, batch_key


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


def batches(clinic: Clinic, number: str) -> QuerySet[Any]:
    """Batches of the shelf and typed numbers that contain `number`, those used last first; rows as `BatchLine`."""
    key = batch_key(number)
    valid = doses_given(clinic).valid()
    on_shelf = Batch.objects.filter(clinic=clinic).annotate(key=BatchKey("number"))
    typed = valid.filter(TYPED).annotate(key=BatchKey("batch_number")).exclude(key="")
    as_typed = typed.filter(key=OuterRef("key"))
    of_batch = valid.filter(Q(batch=OuterRef("pk")) | Q(pk__in=as_typed.values("pk")))
    count = of_batch.order_by().values("given").annotate(n=Count("pk"), on=Max("on"))
    shelf_rows = on_shelf.filter(key__contains=key).annotate(
        doses=Coalesce(Subquery(count.values("n")), 0), last_on=Subquery(count.values("on"))
    )
    loose = (
        typed.filter(key__contains=key)
        .exclude(key__in=on_shelf.values("key"))
        .order_by()
        .values("key")
        .annotate(
            no_pk=Cast(Value(None), BigIntegerField()),
            as_written=Max("batch_number"),
            no_product=Cast(Value(""), CharField()),
            expires=Max("expires_on"),
            no_withdrawal=Cast(Value(None), DateTimeField()),
            doses=Count("pk"),
            last_on=Max("on"),
        )
    )
    columns = ("pk", "number", "key", "product__name", "expires_on", "withdrawn_at", "doses", "last_on")
    same = ("no_pk", "as_written", "key", "no_product", "expires", "no_withdrawal", "doses", "last_on")
    found = shelf_rows.order_by().values_list(*columns).union(loose.values_list(*same), all=True)
    return found.order_by(F("last_on").desc(nulls_last=True), "number")
