"""What just happened, said on the next page, with an offer to take it back or to print a card."""

from django.contrib import messages
from django.http import HttpRequest

_UNDO, _CARD = "undo:", "card:"


def notify(request: HttpRequest, text: str, *, undo_url: str = "", card_url: str = "") -> None:
    """Say `text` on the next page; with `undo_url`, a button that posts there, with `card_url`, a link to the
    appointment card."""
    offers = [f"{_UNDO}{undo_url}" if undo_url else "", f"{_CARD}{card_url}" if card_url else ""]
    messages.success(request, text, extra_tags=" ".join(filter(None, offers)))


def undo_url_of(extra_tags: str | None) -> str:
    """The address that takes back what a notice says, or nothing."""
    return _offer(extra_tags, _UNDO)


def card_url_of(extra_tags: str | None) -> str:
    """The address of the card that a notice offers to print, or nothing."""
    return _offer(extra_tags, _CARD)


def _offer(extra_tags: str | None, kind: str) -> str:
    found = (tag.removeprefix(kind) for tag in (extra_tags or "").split() if tag.startswith(kind))
    return next(found, "")
