"""Flags about the neurological assessments (R1 to R3, R6, R7, R57)."""

from __future__ import annotations

from datetime import date, timedelta

from patients.vocabulary import BeganWith, DecisionKind, Domain, Interval, Phase, Protocol
from schedules.rules.dates import say
from schedules.rules.facts import DOMAINS, Assessment
from schedules.rules.flags.raised import Raised, assessment_facts, domains_said
from schedules.rules.injections import STANDARD_INTERVALS
from schedules.rules.situation import Situation

PLATEAU_ASSESSMENTS = 3
GLOSSITIS_ONLY = (0, 0, 0, 0)

# What to propose when symptoms return; never applied by itself.
LADDER = {
    Interval.M3: Interval.M1,
    Interval.M2: Interval.M1,
    Interval.M1: Interval.W2,
    Interval.W4: Interval.W2,
    Interval.W3: Interval.W2,
    Interval.W2: Interval.W1,
    Interval.W1: Interval.TWICE_WEEKLY,
}


def _higher(now: Assessment, before: tuple[int | None, ...]) -> list[Domain]:
    """The domains scored higher than before, among those assessed both times."""
    pairs = zip(DOMAINS, now.scores, before, strict=True)
    return [domain for domain, score, old in pairs if score is not None and old is not None and score > old]


def plateau_from(situation: Situation) -> date | None:
    """The first day of alternate-day loading on which a plateau may be proposed (D16)."""
    course = situation.course
    if course is None or not course.is_alternate_day_loading or not course.doses:
        return None
    return course.doses[0] + timedelta(situation.defaults.d16_days)


def plateau_candidate(situation: Situation, on: date) -> Raised | None:
    """The last three complete assessments of alternate-day loading are identical (R7, D16)."""
    course = situation.course
    since = plateau_from(situation)
    if course is None or since is None or on < since:
        return None
    last = [row for row in situation.assessments if row.on >= course.started_on][-PLATEAU_ASSESSMENTS:]
    if len(last) < PLATEAU_ASSESSMENTS or (last[-1].on - last[0].on).days < situation.defaults.d16_span_days:
        return None
    if not all(row.is_complete and row.scores == last[0].scores for row in last):
        return None
    return Raised(
        f"The last three assessments, {say(last[0].on)} to {say(last[-1].on)}, are the same in every domain.",
        {"assessments": [assessment_facts(row) for row in last]},
    )


def neuro_onset(situation: Situation, on: date) -> Raised | None:
    """The first neurological finding ever came after a plan without alternate days began (R3, R5)."""
    course, rows = situation.course, situation.assessments
    if course is None or not situation.shows_involvement:
        return None
    if course.protocol == Protocol.ALTERNATE_DAY:
        return None
    if course.protocol == Protocol.TAKE_OVER and course.began_with == BeganWith.ALTERNATE_DAY:
        return None
    first = next(position for position, row in enumerate(rows) if row.shows_involvement)
    if rows[first].on <= course.started_on:
        return None
    if not any(score is not None for row in rows[:first] for score in row.scores):
        return None
    return Raised(
        f"First neurological finding on {say(rows[first].on)}; the plan began on {say(course.started_on)}.",
        {"first_finding": assessment_facts(rows[first]), "latest": assessment_facts(rows[-1])},
    )


def neuro_worsening(situation: Situation, on: date) -> Raised | None:
    """The latest assessment during loading is higher in some domain than the one before it (R6)."""
    course, rows = situation.course, situation.assessments
    if course is None or not course.is_loading or len(rows) < 2 or rows[-1].on < course.started_on:
        return None
    worse = _higher(rows[-1], rows[-2].scores)
    if not worse or neuro_onset(situation, on):
        return None
    return Raised(
        f"Worse on {say(rows[-1].on)} than on {say(rows[-2].on)}: {domains_said(worse)}.",
        {"latest": assessment_facts(rows[-1]), "before": assessment_facts(rows[-2])},
    )


def symptom_recurrence(situation: Situation, on: date) -> Raised | None:
    """The latest assessment is higher in some domain than the best since the phase began (R57).

    It stands until symptoms are assessed as better; once the interval was changed for them no further step of the
    ladder is proposed on the same symptoms.
    """
    course = situation.course
    if course is None or course.is_loading or len(situation.assessments) < 2:
        return None
    latest, earlier = situation.assessments[-1], situation.assessments[:-1]
    began_on = course.phase_began_on
    if latest.on <= began_on:
        return None
    until = sum(row.on <= began_on for row in earlier)
    reference = earlier[max(until - 1, 0) :]
    best: list[int | None] = []
    for scores in zip(*(row.scores for row in reference), strict=True):
        assessed = [score for score in scores if score is not None]
        best.append(min(assessed) if assessed else None)
    worse = _higher(latest, tuple(best))
    if not worse or neuro_onset(situation, on):
        return None
    changed = [
        row.on
        for row in situation.decisions
        if row.kind == DecisionKind.CHANGE_INTERVAL and row.on >= latest.on
    ]
    proposed = LADDER.get(Interval(course.interval))
    facts = {"latest": assessment_facts(latest), "reference": [row.ref for row in reference]}
    if changed:
        facts["interval_changed_on"] = changed[-1].isoformat()
        step = (
            f"The interval was changed on {say(changed[-1])}, after these symptoms: "
            "assess again at the next injection."
        )
    elif proposed is None:
        step = "Ask a physician to see the patient; injections are already twice a week."
    else:
        facts["proposed_interval"] = str(proposed)
        step = f"Ask a physician to see the patient and consider injections {proposed.english}."
    return Raised(f"Symptoms are back on {say(latest.on)}: {domains_said(worse)}.", facts, next_step=step)


def assessment_incomplete(situation: Situation, on: date) -> Raised | None:
    """A dose was given with no complete assessment on or before the first dose (R1)."""
    course = situation.course
    if course is None or course.protocol == Protocol.TAKE_OVER or not course.doses:
        return None
    first = course.doses[0]
    if any(row.is_complete for row in situation.assessments if row.on <= first):
        return None
    return Raised(
        f"The first dose was given on {say(first)}, and not all five domains had been assessed by then.",
        {"first_dose_on": first.isoformat()},
    )


def glossitis_only(situation: Situation, on: date) -> Raised | None:
    """The latest assessment shows a sore tongue and nothing else (R3)."""
    latest = situation.latest_assessment
    if latest is None or situation.phase not in (Phase.NOT_STARTED, Phase.LOADING):
        return None
    scores = dict(zip(DOMAINS, latest.scores, strict=True))
    tongue = scores.pop(Domain.GLOSSITIS)
    if not tongue or tuple(scores.values()) != GLOSSITIS_ONLY:
        return None
    return Raised(
        f"On {say(latest.on)} the tongue was the only finding.", {"latest": assessment_facts(latest)}
    )


def suggest_monthly(situation: Situation, on: date) -> Raised | None:
    """Monthly injections may suit better: symptoms, bariatric surgery, extensive ileal disease (R44)."""
    course = situation.course
    if course is None or situation.phase != Phase.MAINTENANCE or course.interval not in STANDARD_INTERVALS:
        return None
    grounds = situation.monthly_grounds
    if not grounds:
        return None
    return Raised(
        f"Injections {Interval(course.interval).english}; monthly may suit better: {', '.join(grounds)}.",
        {"interval": course.interval, "grounds": grounds},
    )
