"""A language that nobody speaks: what is translated stands in ⟦brackets⟧, what has none was forgotten."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest
from django.utils.translation import trans_real

from patients.templatetags import clinic_words

_PLACEHOLDER = re.compile(r"(%\(\w+\)[sd]|%%)")
_SHOWN_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title"}
_NO_WORDS = {"script", "style", "svg", "template"}
_EMPTY = {"br", "hr", "img", "input", "link", "meta"}


def bracketed(message: str) -> str:
    """The sentence in brackets, each piece between what is filled in for itself: what is filled in has its own."""
    said = message.rpartition("\x04")[2]  # A context before it is not shown.
    pieces = _PLACEHOLDER.split(said)
    return "".join(
        piece if _PLACEHOLDER.fullmatch(piece) or not re.search("[A-Za-z]", piece) else f"⟦{piece}⟧"
        for piece in pieces
    )


@contextmanager
def spoken() -> Iterator[None]:
    """Everything is said in that language for as long as the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trans_real.DjangoTranslation, "gettext", lambda self, message: bracketed(message))
        patch.setattr(
            trans_real.DjangoTranslation,
            "ngettext",
            lambda self, one, many, number: bracketed(one if number == 1 else many),
        )
        clinic_words.names_of_days.cache_clear()
        yield
    clinic_words.names_of_days.cache_clear()


class _Words(HTMLParser):
    """What a page shows, pieces of text and attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NO_WORDS:
            self.silent += 1
        if not self.silent:
            self.found += [value for name, value in attrs if name in _SHOWN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in _NO_WORDS:
            self.silent -= 1

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.found.append(" ".join(data.split()))


def untranslated(html: str, *, data: Iterable[str] = ()) -> set[str]:
    """Pieces of a page with letters outside brackets, but for `data`: names, and what the rules say of a patient."""
    page = _Words()
    page.feed(html)
    known = sorted({" ".join(each.split()) for each in data if each}, key=len, reverse=True)
    left = set()
    for piece in page.found:
        rest = re.sub("⟦[^⟦⟧]*⟧", " ", piece)
        for each in known:
            rest = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", " ", rest, flags=re.IGNORECASE)
        if re.search(r"[A-Za-zµ]{2,}", rest):
            left.add(f"{piece[:150]}  ->  {' '.join(rest.split())[:80]}")
    return left
