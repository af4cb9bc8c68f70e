"""When each code of recording an injection or a result applies. What was truly given is always recorded."""

from __future__ import annotations

from patients.analytes import ANALYTES
from patients.vocabulary import B12_DRUGS, PARENTERAL_ROUTES
from schedules.rules.asked import RecordLab, Request
from schedules.rules.dates import say
from schedules.rules.flags.medicines import unsafe_reasons
from schedules.rules.injections import is_early
from schedules.rules.judging import Asked


def future_date(asked: Asked) -> str | None:
    """What has not happened cannot be recorded."""
    return f"{say(asked.on)} has not come yet." if asked.on > asked.as_of else None


def before_birth(asked: Asked) -> str | None:
    """A date before birth is a slip."""
    birth_date = asked.situation.facts.patient.birth_date
    if birth_date is None or asked.on >= birth_date:
        return None
    return f"{say(asked.on)} is before the date of birth, {say(birth_date)}."


def _would_be_a_dose(asked: Asked) -> bool:
    return asked.request.drug in B12_DRUGS and asked.request.route in PARENTERAL_ROUTES


def _is_second_of_day(asked: Asked) -> bool:
    return any(dose.on == asked.on for dose in reversed(asked.situation.doses))


def duplicate_dose(asked: Asked) -> str | None:
    """One dose counts a day."""
    if not _would_be_a_dose(asked) or not _is_second_of_day(asked):
        return None
    return f"A dose is already recorded on {say(asked.on)}; only the first counts."


def early_dose(asked: Asked) -> str | None:
    """D11, in maintenance and prophylaxis."""
    course = asked.situation.course
    if course is None or course.is_loading or not _would_be_a_dose(asked) or _is_second_of_day(asked):
        return None
    if not is_early(asked.on, course.due_on, course.interval, asked.situation.defaults):
        return None
    return f"The injection is due on {say(course.due_on)}."


def unsafe_injection(asked: Asked) -> str | None:
    """R18, R20 to R22, as of the injection's day."""
    reasons = unsafe_reasons(asked.situation, asked.request.drug, asked.request.route, asked.on)
    return f"Recorded and flagged: {'; '.join(reasons)}." if reasons else None


def unknown_unit(asked: Asked) -> str | None:
    """A unit that is none of the analyte's row."""
    row = ANALYTES[asked.request.analyte]
    if row.unit(asked.request.unit) is not None:
        return None
    return f"{row.english} is reported in {', '.join(unit.code for unit in row.units)}."


def implausible_value(asked: Asked) -> str | None:
    """A value without comparator outside the plausible range of its analyte."""
    request = asked.request
    row = ANALYTES[request.analyte]
    unit = row.unit(request.unit)
    if unit is None or request.comparator is not None or row.is_plausible(request.value, unit):
        return None
    limits = f"{row.lowest} to {row.highest} {row.canonical_unit}"
    return f"{row.english} of {request.value} {unit.code} lies outside {limits}."


def hint(request: Request) -> str | None:
    """The first unit of the row in which the value would be plausible, or None."""
    return ANALYTES[request.analyte].hint(request.value) if isinstance(request, RecordLab) else None
