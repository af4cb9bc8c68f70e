"""Signals by which the record tells others, in the same transaction, that it changed."""

from django.dispatch import Signal

# Sent with patient_id: int and cause: str ("injection:17"), after the rows are written, before the commit.
record_changed = Signal()
