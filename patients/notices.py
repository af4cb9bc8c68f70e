"""What just happened, said on the next page, with an offer to take it back."""

from django.contrib import messages
from django.http import HttpRequest

_UNDO = "undo:"


def notify(request: HttpRequest, text: str, *, undo_url: str = "") -> None:
    """Say `text` on the next page; with `undo_url`, a button that posts there."""
    messages.success(request, text, extra_tags=f"{_UNDO}{undo_url}" if undo_url else "")


def undo_url_of(extra_tags: str | None) -> str:
    """The address that takes back what a notice says, or nothing."""
    return extra_tags.removeprefix(_UNDO) if extra_tags and extra_tags.startswith(_UNDO) else ""
