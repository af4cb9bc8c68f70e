"""Case results out: an evaluation as JSON-able data, and its comparison with what a case expects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from schedules.rules.cases import Case
from schedules.rules.evaluate import evaluate
from schedules.rules.requests import judge
from schedules.rules.results import Evaluation, Event, EventKind, Finding, Judgement, LabReading

MISSING = "nothing"


def result_of(case: Case) -> dict[str, Any]:
    """The complete result of a case: its evaluation, and its requests judged."""
    evaluation = evaluate(case.facts, as_of=case.as_of, horizon_days=case.horizon_days)
    judgements = [judge(case.facts, request, as_of=case.as_of) for request in case.requests]
    return {
        "id": case.id,
        **_evaluation(evaluation),
        "requests": [_judgement(judgement) for judgement in judgements],
        "request_codes": [[code.code for code in judgement.codes] for judgement in judgements],
    }


def _evaluation(evaluation: Evaluation) -> dict[str, Any]:
    injections = [event for event in evaluation.events if event.kind == EventKind.INJECTION]
    checks = [event for event in evaluation.events if event.kind == EventKind.CHECK]
    return {
        "as_of": evaluation.as_of.isoformat(),
        "phase": str(evaluation.phase),
        "protocol": evaluation.protocol,
        "interval": evaluation.interval,
        "doses_in_phase": evaluation.doses_in_phase,
        "last_dose_on": _iso(evaluation.last_dose_on),
        "events": [_event(event, evaluation.as_of) for event in evaluation.events],
        "injections_due": [event.due_on.isoformat() for event in injections],
        "injections_book": [event.book_on.isoformat() for event in injections],
        "checks_due": [event.due_on.isoformat() for event in checks],
        "flags": [_flag(finding) for finding in evaluation.findings],
        "flag_codes": sorted(finding.code for finding in evaluation.findings),
        "labs": [_lab(reading) for reading in evaluation.labs],
        "stability_counter": evaluation.stability_counter,
        "b12_corrected": evaluation.b12_corrected,
        "next_change_on": _iso(evaluation.next_change_on),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _event(event: Event, as_of: date) -> dict[str, Any]:
    return {
        "key": event.key,
        "kind": str(event.kind),
        "open": event.open,
        "status": str(event.status(as_of)),
        "earliest_on": event.earliest_on.isoformat(),
        "due_on": event.due_on.isoformat(),
        "book_on": event.book_on.isoformat(),
        "missed_on": event.missed_on.isoformat(),
        "contents": list(event.contents),
        "rules": list(event.rules),
        "reason": event.reason,
    }


def _flag(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "rules": list(finding.rules),
        "facts": finding.facts,
        "reason": finding.reason,
        "next_step": finding.next_step,
    }


def _lab(reading: LabReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "canonical_value": reading.canonical_value,
        "canonical_unit": reading.canonical_unit,
        "class": reading.lab_class,
        "trough": reading.trough,
        "at_target": reading.at_target,
        "days_since_dose": reading.days_since_dose,
    }


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        "accepted": judgement.accepted,
        "codes": [
            {
                "code": code.code,
                "strength": str(code.strength),
                "rules": list(code.rules),
                "reason": code.reason,
            }
            for code in judgement.codes
        ],
        "hint": judgement.hint,
    }


def differences(expected: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where a result does not match a part of a result: every expected key, list items one by one, scalars
    exactly."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, inner in expected.items():
            here = f"{path}.{name}" if path else name
            if name in found:
                yield from differences(inner, found[name], here)
            else:
                yield f"{here}: expected {inner!r}, found {MISSING}"
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{path}: expected a list of {len(expected)}, found one of {len(found)}: {found!r}"
            return
        for position, (inner, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(inner, other, f"{path}[{position}]")
    elif expected != found or isinstance(expected, bool) != isinstance(found, bool):
        yield f"{path}: expected {expected!r}, found {found!r}"
