"""Products and batches on a clinic's shelf. Nothing is deleted: old records keep what was given."""

import datetime as dt
from typing import Any

from django.utils import timezone

from patients.actions.records import ChangedMeanwhileError
from patients.models import Batch, Clinic, Product


def add_product(*, clinic: Clinic, fields: dict[str, Any]) -> Product:
    """A product of which batches can be added."""
    return Product.objects.create(clinic=clinic, **fields)


def add_batch(*, product: Product, number: str, expires_on: dt.date) -> Batch:
    """A batch that is offered until it expires or is withdrawn."""
    return Batch.objects.create(
        clinic_id=product.clinic_id, product=product, number=number, expires_on=expires_on
    )


def withdraw_batch(*, batch: Batch, reason: str) -> None:
    """Offer it no more. Raises ChangedMeanwhileError if it was withdrawn already."""
    done = Batch.objects.filter(pk=batch.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now(), withdrawn_reason=reason
    )
    if not done:
        raise ChangedMeanwhileError("This batch was already withdrawn by someone else.")


def reinstate_batch(*, batch: Batch, reason: str) -> None:
    """Offer it again, for a reason; who was told stays on record. Raises ChangedMeanwhileError if it is in use, or was
    withdrawn anew since `batch` was read."""
    same = Batch.objects.filter(pk=batch.pk, withdrawn_at__isnull=False, withdrawn_at=batch.withdrawn_at)
    done = same.update(
        withdrawn_at=None, withdrawn_reason="", reinstated_at=timezone.now(), reinstated_reason=reason
    )
    if not done:
        raise ChangedMeanwhileError("This batch was already put back into use by someone else.")
