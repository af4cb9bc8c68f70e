"""When each code of a change of plan, or of folic acid, applies (R7, R10, R23 to R26, R42 to R46, R51, R52;
D8)."""

from __future__ import annotations

from datetime import timedelta

from patients.vocabulary import LASTING_CAUSES, Interval, IntervalReason, LongInterval, Phase, StopReason
from schedules.rules.asked import ChangeInterval
from schedules.rules.checks import FOLATE_COURSE_MG
from schedules.rules.dates import say
from schedules.rules.flags.medicines import acid_or_metformin
from schedules.rules.flags.symptoms import plateau_candidate
from schedules.rules.judging import Asked
from schedules.rules.labs import family_limit_as_reported, is_below

LONGER_THAN_TWO_MONTHS = frozenset({Interval.M3, *LongInterval})
LABORATORY_REASONS = frozenset(
    {IntervalReason.B12_LEVEL, IntervalReason.MMA_LEVEL, IntervalReason.HOMOCYSTEINE_LEVEL}
)


def longer_than_two_months(asked: Asked) -> str | None:
    """R7."""
    request, course = asked.request, asked.situation.course
    interval = request.to if isinstance(request, ChangeInterval) else request.regimen
    if course is None or not course.loaded_on_alternate_days or interval not in LONGER_THAN_TWO_MONTHS:
        return None
    return "After alternate days an injection every 2 months is the longest interval."


def plateau_not_reached(asked: Asked) -> str | None:
    """R6, R7."""
    course = asked.situation.course
    if course is None or not course.is_alternate_day_loading or plateau_candidate(asked.situation, asked.on):
        return None
    return "Three complete assessments over two weeks, the same in every domain, are not on record yet."


def loading_incomplete(asked: Asked) -> str | None:
    """R8, R10."""
    course = asked.situation.course
    if course is None or not course.is_loading or course.is_alternate_day_loading:
        return None
    return f"{course.in_phase} of the six loading doses are on record."


def not_in_loading(asked: Asked) -> str | None:
    """Maintenance begins from loading only."""
    if asked.situation.phase == Phase.LOADING:
        return None
    return f"The plan is not in loading but: {asked.situation.phase.english.lower()}."


def reason_required(asked: Asked) -> str | None:
    """R46."""
    return None if asked.request.reasons else "Choose at least one reason for the new interval."


def only_levels(asked: Asked) -> str | None:
    """R45."""
    reasons = asked.request.reasons
    if not reasons or any(reason not in LABORATORY_REASONS for reason in reasons):
        return None
    return "Symptoms and response decide the interval, never laboratory values alone."


def interval_too_long(asked: Asked) -> str | None:
    """R10: the calendar keeps 3 months at most."""
    if asked.request.to not in frozenset(LongInterval):
        return None
    return "Every 3 months is the longest interval of maintenance."


def not_in_maintenance(asked: Asked) -> str | None:
    """Only maintenance and prophylaxis have an interval."""
    if asked.situation.in_maintenance_or_prophylaxis:
        return None
    return f"The plan is not in maintenance or prevention but: {asked.situation.phase.english.lower()}."


def lifelong(asked: Asked) -> str | None:
    """R51, R52."""
    situation = asked.situation
    grounds = [kind.english for kind in sorted(LASTING_CAUSES) if situation.causes(kind)]
    grounds += [f"{medicine.drug} taken" for medicine in acid_or_metformin(situation)]
    if asked.request.reason == StopReason.LEVELS_NORMAL:
        return "Levels are normal because of the treatment; without it they fall again."
    return f"The cause lasts: {', '.join(grounds)}." if grounds else None


def folate_before_b12(asked: Asked) -> str | None:
    """R23."""
    if asked.situation.labs.is_corrected():
        return None
    return "B12 is not known to be corrected; folic acid would hide the anaemia while nerve damage goes on."


def folate_not_documented(asked: Asked) -> str | None:
    """R25, D8."""
    situation = asked.situation
    if not situation.labs.is_corrected():
        return None
    newest = situation.labs.latest("folate")
    days = situation.defaults.d8_days
    if newest is not None and newest.drawn_on >= asked.on - timedelta(days):
        defaults = situation.defaults
        limit = family_limit_as_reported(
            "folate", newest.unit, defaults.d8_folate_ng_ml, defaults.d8_folate_nmol_l
        )
        if is_below(newest, limit):
            return None
    return f"No serum folate of the {days} days up to {say(asked.on)} shows a deficiency."


def folate_dose(asked: Asked) -> str | None:
    """R25."""
    return None if asked.request.dose_mg == FOLATE_COURSE_MG else "The course is 5 milligrams daily."
