"""What is scanned from a vial, or typed instead: a GS1 barcode with product, batch and expiry, or a batch number."""

import datetime as dt
import re
from dataclasses import dataclass

import biip
from biip import ParseError
from django.utils.translation import gettext as _

from patients.models import Batch
from patients.models.product import BatchKey, batch_key
from patients.vocabulary import B12Drug

# A number as manufacturers print it. Twelve digits and more are a product's barcode: there is no batch in it.
_BATCH_NUMBER = re.compile(r"(?!\d{12,}$)(?=.*\d)[A-Za-z0-9][A-Za-z0-9 ./-]{2,19}")


class UnreadableVialError(ValueError):
    """The text is neither a GS1 barcode with a batch in it nor a batch number."""


@dataclass(frozen=True, slots=True)
class Vial:
    """What a barcode says; `gtin` has 14 digits, or is empty."""

    gtin: str
    number: str
    expires_on: dt.date | None


def read_vial(text: str) -> Vial:
    """Read a scanned barcode (AI 01, 10 and 17) or a plain batch number. Raises UnreadableVialError."""
    try:
        message = biip.parse(text.strip()).gs1_message
    except ParseError as error:
        return _typed(text, error)
    batch = message.element_strings.get(ai="10") if message else None
    if message is None or batch is None:
        return _typed(text, None)
    expiry, product = message.element_strings.get(ai="17"), message.element_strings.get(ai="01")
    gtin = product.gtin.as_gtin_14() if product and product.gtin else ""
    return Vial(gtin, batch.value, expiry.date if expiry else None)


def _typed(text: str, error: ParseError | None) -> Vial:
    number = text.strip()
    if not _BATCH_NUMBER.fullmatch(number):
        raise UnreadableVialError from error
    return Vial("", number, None)


def on_shelf(vial: Vial, *, clinic_id: int) -> Batch | None:
    """The clinic's batch with that number; of the very product where the barcode names one that is known."""
    keyed = Batch.objects.filter(clinic_id=clinic_id).annotate(key=BatchKey("number"))
    found = keyed.filter(key=batch_key(vial.number)).select_related("product")
    batches = list(found.order_by("-expires_on"))
    if not vial.gtin:
        return batches[0] if batches else None
    same_product = (b for b in batches if b.product.gtin.zfill(14) == vial.gtin)
    return next(same_product, None) or next((b for b in batches if not b.product.gtin), None)


def warning(batch: Batch | None, *, drug: str, today: dt.date, expires_on: dt.date | None) -> str:
    """What to read before giving this vial; empty when nothing is wrong with it."""
    if batch is not None and batch.withdrawn_at:
        return _("Do not use this vial. The batch was withdrawn: %(why)s") % {"why": batch.withdrawn_reason}
    expiry = batch.expires_on if batch else expires_on
    if expiry is not None and expiry < today:
        return _("Do not use this vial. It has expired.")
    if batch is not None and batch.product.drug != drug:
        words = _("This vial holds %(vial)s; %(order)s is planned.")
        return words % {"vial": B12Drug(batch.product.drug).label, "order": B12Drug(drug).label}
    return "" if batch else _("This batch is not on the clinic's list; it is recorded as read.")
