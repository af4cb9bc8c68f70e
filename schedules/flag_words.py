"""Flags in a clinician's words: title, icon, rule chips, and the one click that answers each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2s
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patients.vocabulary import Interval
from schedules.models import Flag
from schedules.rules.flags import BY_CODE
from schedules.rules.sources import DEFAULTS, RULES
from schedules.units import UNIT_WORDS

# Flags of the clinic's own work; the guideline's have their titles in schedules.rules.flags.
WORKFLOW_TITLES = {
    "PATIENT_REPORTS_WORSENING": _("Patient reports worsening"),
    "REACTION_REVIEW": _("Reaction to look at"),
    "ORDER_EXPIRED": _("The order has run out"),
}
_ICONS = {
    "clock": {"MISSED_INJECTION", "RELOAD_REVIEW", "LOADING_RESTART_REVIEW", "RECHECK_OVERDUE", "ALT_DAY_GAP"},
    "pulse": {"PATIENT_REPORTS_WORSENING", "SUGGEST_MONTHLY", "PLATEAU_CANDIDATE"},
    "drop": {"TROUGH_DRAW_DUE"},
    "flask": {
        "CHECK_INCOMPLETE", "NOT_TROUGH", "B12_WITHIN_14D_OF_DOSE", "LOW_TROUGH_REVIEW", "B12_BORDERLINE",
        "UNDECIDABLE_RESULT", "MMA_ABOVE_TARGET", "HOMOCYSTEINE_ABOVE_TARGET", "FUNCTIONAL_DEFICIENCY_CHECK",
        "B12_DEFICIENT_TREAT", "IRON_DEFICIENCY_MAY_BLUNT_RESPONSE", "VITAMIN_D_BELOW_TARGET",
    },
}  # fmt: skip
_ICON_OF = {code: icon for icon, codes in _ICONS.items() for code in codes}


@dataclass(frozen=True, slots=True)
class Answer:
    """The page that answers a flag: its address name and the words of the button."""

    url_name: str
    label: Any


_LOG = Answer("log_injection", _("Log injection"))
_RESULTS = Answer("record_results", _("Add results"))
_ASSESS = Answer("record_assessment", _("Assess symptoms"))
_START = Answer("decide_start", _("Consider starting"))
_INTERVAL = Answer("decide_interval", _("Consider another interval"))
_ORDER = Answer("order", _("Consider a new order"))
_DECIDE = Answer("decide", _("Decide"))
_BACKGROUND = Answer("background", _("Causes and medicines"))
ANSWERS = {
    "MISSED_INJECTION": Answer("contact", _("Contact the patient")),
    "LOADING_RESTART_REVIEW": Answer("order", _("Consider loading anew")),
    "RELOAD_REVIEW": Answer("order", _("Consider loading anew")),
    "EARLY_DOSE": _INTERVAL,
    "PLATEAU_CANDIDATE": Answer("decide_plateau", _("Consider maintenance")),
    "NEURO_WORSENING": _DECIDE,
    "NEURO_ONSET_SWITCH_PROTOCOL": Answer("order", _("Consider alternate days")),
    "SYMPTOM_RECURRENCE": _INTERVAL,
    "NEURO_ASSESSMENT_INCOMPLETE": _ASSESS,
    "GLOSSITIS_ONLY_CONFIRM": _DECIDE,
    "RECHECK_OVERDUE": Answer("book", _("Book")),
    "CHECK_INCOMPLETE": _RESULTS,
    "TROUGH_DRAW_DUE": _LOG,
    "LOW_TROUGH_REVIEW": _INTERVAL,
    "B12_BORDERLINE": _RESULTS,
    "UNDECIDABLE_RESULT": _RESULTS,
    "MMA_ABOVE_TARGET": _DECIDE,
    "HOMOCYSTEINE_ABOVE_TARGET": _DECIDE,
    "FUNCTIONAL_DEFICIENCY_CHECK": _RESULTS,
    "START_IMMEDIATELY": Answer("decide_start", _("Start treatment")),
    "B12_DEFICIENT_TREAT": _START,
    "PROPHYLAXIS_INDICATED": Answer("decide_start", _("Consider prevention")),
    "CROHNS_30_60_CONFIRM": Answer("decide_start", _("Consider prevention")),
    "SUGGEST_MONTHLY": Answer("decide_interval", _("Consider every month")),
    "FOLATE_MASKING": _BACKGROUND,
    "FOLATE_STOPPED_EARLY": Answer("decide_folic_acid", _("Consider folic acid")),
    "UNSAFE_INJECTION_RECORDED": _ORDER,
    "EGFR_UNKNOWN": _RESULTS,
    "PATIENT_REPORTS_WORSENING": _ASSESS,
    "REACTION_REVIEW": Answer("edit_allergies", _("Allergies and risks")),
    "ORDER_EXPIRED": Answer("order", _("Renew the order")),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A rule beside a flag or date, and whether it is the guideline's or the clinic's own."""

    number: str
    text: str
    is_default: bool


def title_of(code: str) -> str:
    """The flag's name for people; a code itself is never shown."""
    row = BY_CODE.get(code)
    return gettext(row.title) if row else str(WORKFLOW_TITLES.get(code, _("Something to look at")))


def icon_of(code: str) -> str:
    """The icon in the flag's tag."""
    return _ICON_OF.get(code, "alert")


def answer_to(code: str, facts: dict[str, Any]) -> Answer | None:
    """The one click that answers the flag; an interval proposed by the rules is named on it.

    Once the interval was changed for what the flag says, symptoms are assessed again.
    """
    proposed = facts.get("proposed_interval")
    if proposed:
        return Answer("decide_interval", _("Consider %(interval)s") % {"interval": Interval(proposed).label})
    return _ASSESS if facts.get("interval_changed_on") else ANSWERS.get(code)


def chips(numbers: Iterable[str]) -> list[Chip]:
    """The rules and defaults of these numbers."""
    known = RULES | DEFAULTS
    return [
        Chip(number, gettext(known[number].text), known[number].is_default)
        for number in numbers
        if number in known
    ]


def in_words(sentence: str) -> str:
    """A sentence of the rules with units as people write them."""
    for code, words in UNIT_WORDS.items():
        sentence = sentence.replace(code, words)
    return sentence


def slug_of(code: str) -> str:
    """A flag's code as it stands in an address."""
    return code.lower().replace("_", "-")


def code_of(slug: str) -> str:
    """The code a word of an address means."""
    return slug.upper().replace("-", "_")


@dataclass(frozen=True, slots=True)
class ShownFlag:
    """A flag as a page shows it."""

    flag: Flag
    title: str
    icon: str
    reason: str
    chips: list[Chip]
    answer: Answer | None
    slug: str
    seen_as: str
    is_snoozed: bool

    @property
    def severity(self) -> str:
        return str(self.flag.severity)


def shown(flag: Flag, today: date) -> ShownFlag:
    """A flag with its words; one that is snoozed still stands."""
    return ShownFlag(
        flag=flag,
        title=title_of(flag.code),
        icon=icon_of(flag.code),
        reason=in_words(flag.reason),
        chips=chips(flag.rules),
        answer=answer_to(flag.code, flag.facts),
        slug=slug_of(flag.code),
        seen_as=version_of(flag),
        is_snoozed=flag.snoozed_until is not None and flag.snoozed_until > today,
    )


def version_of(flag: Flag) -> str:
    """What tells this flag from the same one with newer facts: a page may be older than the flag."""
    return blake2s(f"{flag.pk}|{flag.severity}|{flag.reason}".encode(), digest_size=8).hexdigest()
