"""What a flag's function answers when its condition holds, and how records are named in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from patients.vocabulary import Domain, Severity
from schedules.rules.facts import Assessment, Injection, Lab


@dataclass(frozen=True, slots=True)
class Raised:
    """A condition that holds: why, the records it rests on, and what differs from the table's row, if
    anything."""

    reason: str
    facts: dict[str, Any] = field(default_factory=dict)
    severity: Severity | None = None
    next_step: str | None = None


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
    return ", ".join(domain.label.lower() for domain in domains)
