"""What a letter is made of. Every word of it is here; the page and the PDF only lay it out."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from patients.models import Clinic, Patient
from patients.templatetags.clinic_words import plain_date
from schedules.rules.sources import GUIDELINE_TITLE, GUIDELINE_VERSION

DECISION_SUPPORT = gettext_lazy(
    "Put together by b12tracker, which supports a clinician's decision and does not replace it. It follows the summary"
    " “%(title)s”, version of %(version)s, which is itself marked as pending review by people."
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column heads; the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it: sentences, points (bold words and the rest), a table; or why there is
    nothing."""

    heading: str
    sentences: tuple[str, ...] = ()
    points: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter. `identity` stands on every page; `facts` are label and words."""

    title: str
    clinic: str
    clinic_lines: tuple[str, ...]
    date: str
    identity: str
    language: str = field(default_factory=lambda: (get_language() or "en").split("-")[0])
    to: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    closing: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    foot: str = ""
    page_words: tuple[str, str] = field(default_factory=lambda: (_("Page"), _("of")))

    def as_data(self) -> dict[str, Any]:
        """The letter as plain data, for the template of the PDF."""
        return asdict(self)


def letterhead(clinic: Clinic) -> tuple[str, ...]:
    """Address and phone of the clinic, a line each."""
    phone = _("Phone %(phone)s") % {"phone": clinic.phone} if clinic.phone else ""
    return tuple(line for line in [*clinic.address.splitlines(), phone] if line.strip())


def identity_of(patient: Patient) -> str:
    """Who a page is about: "Ruth Calloway, born 3 Mar 1961, RS-10001"."""
    born = _("born %(date)s") % {"date": plain_date(patient.birth_date)}
    return f"{patient.name}, {born}, {patient.record_number}"


def decision_support() -> str:
    """What the letter is, and what it is not."""
    return str(DECISION_SUPPORT) % {"title": GUIDELINE_TITLE, "version": GUIDELINE_VERSION}


def all_of(days: Sequence[dt.date]) -> str:
    """Dates in a sentence: "3 Mar 2026", "3 Mar 2026 and 5 Mar 2026", "2 Mar 2026, 3 Mar 2026 and 5 Mar 2026"."""
    words = [plain_date(day) for day in days]
    if len(words) < 2:
        return "".join(words)
    return _("%(all)s and %(last)s") % {"all": ", ".join(words[:-1]), "last": words[-1]}
