"""A row of the table of flags, what its condition answers, and how records are named in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from patients.vocabulary import Domain, Severity
from schedules.rules.facts import Assessment, Injection, Lab
from schedules.rules.situation import Situation


@dataclass(frozen=True, slots=True)
class Raised:
    """A condition that holds: why, the records it rests on, and what differs from the table's row, if
    anything."""

    reason: str
    facts: dict[str, Any] = field(default_factory=dict)
    severity: Severity | None = None
    next_step: str | None = None


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One flag: code, severity unless raised with another, rules, words for people, condition, next step.

    ``after_stop``: it is raised after a stop too. After a close none is.
    """

    code: str
    severity: Severity
    rules: tuple[str, ...]
    title: str
    condition: Callable[[Situation, date], Raised | None]
    next_step: str
    days: Callable[[Situation], Iterable[date]] | None = None
    after_stop: bool = False


def lab_facts(lab: Lab) -> dict[str, Any]:
    """A result as a flag names it."""
    return {
        "record": lab.ref,
        "analyte": str(lab.analyte),
        "drawn_on": lab.drawn_on.isoformat(),
        "value": lab.as_reported,
    }


def assessment_facts(assessment: Assessment) -> dict[str, Any]:
    """An assessment as a flag names it: only the domains that were assessed."""
    scores = {
        str(domain): score
        for domain, score in zip(Domain, assessment.scores, strict=True)
        if score is not None
    }
    return {"record": assessment.ref, "on": assessment.on.isoformat(), "scores": scores}


def injection_facts(injection: Injection) -> dict[str, Any]:
    """An injection as a flag names it."""
    return {
        "record": injection.ref,
        "on": injection.on.isoformat(),
        "drug": str(injection.drug),
        "route": str(injection.route),
    }


def domains_said(domains: list[Domain]) -> str:
    """Domains in words, for a sentence."""
    return ", ".join(domain.english.lower() for domain in domains)
