"""What is injected: products and their batches. Old records keep batches that expired or were withdrawn."""

import re

from django.db import models
from django.db.models.functions import Collate, Upper
from django.utils.translation import gettext_lazy as _

from patients.models.clinic import Clinic
from patients.models.history import keep_history
from patients.vocabulary import B12Drug

# What does not tell one batch number from another: blanks and dashes of every kind. Read by Python and PostgreSQL.
_BETWEEN = r"[ \t\n\r\u00a0\u202f\u2010-\u2015\u2212-]+"


def batch_key(number: str) -> str:
    """A batch number as it is looked up: "h 4471-b" is "H4471B"."""
    return "".join(char.upper() if char.isascii() else char for char in re.sub(_BETWEEN, "", number))


class BatchKey(Upper):
    """`batch_key` of a column, worked out by the database."""

    def __init__(self, column: str) -> None:
        between, all_of_them = models.Value(_BETWEEN), models.Value("g")
        plain = models.Func(
            models.F(column), between, models.Value(""), all_of_them, function="regexp_replace"
        )
        # The "C" order knows ASCII letters only, as the function above; others depend on the server.
        super().__init__(Collate(plain, "C"), output_field=models.CharField())


@keep_history()
class Product(models.Model):
    """A product on a clinic's shelf."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="products")
    name = models.CharField(_("name"), max_length=120)
    drug = models.CharField(_("drug"), max_length=24, choices=B12Drug.choices())
    strength_ug = models.DecimalField(_("strength, micrograms"), max_digits=10, decimal_places=2)
    manufacturer = models.CharField(_("manufacturer"), max_length=120, blank=True)
    gtin = models.CharField(_("barcode number (GTIN)"), max_length=14, blank=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "name"], name="product_once_a_clinic")]

    def __str__(self) -> str:
        return self.name


@keep_history()
class Batch(models.Model):
    """A batch of a product; withdrawn and put back into use with a reason, never deleted. `reinstated_*` say when it
    was put back last; each state it ever had is in its history."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="batches")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="batches")
    number = models.CharField(_("batch number"), max_length=40)
    expires_on = models.DateField(_("expires"))
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(_("why withdrawn"), max_length=200, blank=True)

    reinstated_at = models.DateTimeField(null=True, blank=True)
    reinstated_reason = models.CharField(_("why put back into use"), max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="batch_once_a_product"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | ~models.Q(withdrawn_reason=""),
                name="withdrawal_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(reinstated_at__isnull=True) | ~models.Q(reinstated_reason=""),
                name="reinstatement_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.number
