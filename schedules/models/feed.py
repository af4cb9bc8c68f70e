"""A person's secret calendar address."""

import hashlib
import secrets

from django.conf import settings
from django.db import models

from patients.models.clinic import Clinic


class CalendarFeed(models.Model):
    """One per user and clinic. Only the hash of the secret is kept: who reads the table cannot read the feed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    renewed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "clinic"], name="feed_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.clinic_id}"


def hash_of(secret: str) -> str:
    """What is stored of a feed's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """A secret nobody guesses, fit for an address."""
    return secrets.token_urlsafe(32)
