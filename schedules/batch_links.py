"""Addresses of the pages about a batch: by its key on the shelf, else by its number."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from patients.batches import WhichBatch


def batch_address(which: WhichBatch, name: str = "batch", **more: Any) -> str:
    """The address of the page `name` about it."""
    return address_of(which.batch.pk if which.batch else None, which.number, name, **more)


def address_of(pk: int | None, number: str, name: str = "batch", **more: Any) -> str:
    """The same from the key and the number alone, where the batch itself was not read."""
    if pk is not None:
        return reverse(name, kwargs={"pk": pk} | more)
    return f"{reverse(f'typed_{name}', kwargs=more)}?{urlencode({'number': number})}"
