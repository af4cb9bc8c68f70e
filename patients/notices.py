"""What just happened, said on the next page, with an offer to take it back, to print a card or to assess."""

from django.contrib import messages
from django.http import HttpRequest

_UNDO, _CARD, _ASSESS = "undo:", "card:", "assess:"
_SEPARATE = "separate:"


def notify(
    request: HttpRequest,
    text: str,
    *,
    undo_url: str = "",
    card_url: str = "",
    assess_url: str = "",
    separate_url: str = "",
) -> None:
    """Say `text` on the next page; with `undo_url`, a button that posts there, with `card_url`, a link to the
    appointment card, with `assess_url`, one to the assessment that is still due,
    with `separate_url` one to the page that separates merged records."""
    offers = {_UNDO: undo_url, _CARD: card_url, _ASSESS: assess_url, _SEPARATE: separate_url}
    tags = [f"{kind}{url}" for kind, url in offers.items() if url]
    messages.success(request, text, extra_tags=" ".join(tags))


def undo_url_of(extra_tags: str | None) -> str:
    """The address that takes back what a notice says, or nothing."""
    return _offer(extra_tags, _UNDO)


def card_url_of(extra_tags: str | None) -> str:
    """The address of the card that a notice offers to print, or nothing."""
    return _offer(extra_tags, _CARD)


def assess_url_of(extra_tags: str | None) -> str:
    """The address of the assessment that a notice says is due, or nothing."""
    return _offer(extra_tags, _ASSESS)


def separate_url_of(extra_tags: str | None) -> str:
    """The address of the page that separates the records a notice says were merged, or nothing."""
    return _offer(extra_tags, _SEPARATE)


def _offer(extra_tags: str | None, kind: str) -> str:
    found = (tag.removeprefix(kind) for tag in (extra_tags or "").split() if tag.startswith(kind))
    return next(found, "")
