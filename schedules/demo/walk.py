"""Lives a story along the engine's own calendar: each injection, draw and review happens on the day it is to be
booked, later or not at all, as the story says. The start is moved until the story stands where it should today."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from schedules.demo.response import Response
from schedules.demo.stories import Answered, Decided, Expects, Gave, Measured, Scored, Story, Takes
from schedules.rules.dates import add_months
from schedules.rules.evaluate import evaluate
from schedules.rules.facts import (
    Assessment,
    Cause,
    Clinic,
    Decision,
    Facts,
    Injection,
    Lab,
    Medication,
    Patient,
    Pregnancy,
)
from schedules.rules.results import Evaluation, Event, EventKind
from schedules.rules.situation import Situation

DAYS_OF = {"twice_weekly": 3.5, "1wk": 7, "2wk": 14, "3wk": 21, "4wk": 28}
MONTHS_OF = {"1mo": 1, "2mo": 2, "3mo": 3}
# An alternate-day week at a clinic that closes at the weekend has three doses.
LOADING_DAYS_A_DOSE = 7 / 3
STEPS = 400
TRIES = 14
# Of the doses that came late, so many had been missed; none of late, for those are told by the stories.
MISSED_AMONG_LATE = 0.2
WELL_PAST_DAYS = 45
BLOOD = frozenset({EventKind.CHECK, EventKind.PREGNANCY_CHECK, EventKind.PANEL})


@dataclass
class Life:
    """What came of a story: facts for the rules, and beside each (by its `ref`) what the record keeps more."""

    story: Story
    today: date
    clinic: Clinic
    molar: bool
    started_on: date | None = None
    due_on: date | None = None
    decisions: list[Decision] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    injections: list[Injection] = field(default_factory=list)
    labs: list[Lab] = field(default_factory=list)
    medications: list[Medication] = field(default_factory=list)
    pregnancies: list[Pregnancy] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    more: dict[str, dict[str, Any]] = field(default_factory=dict)
    number: int = 0

    def ref(self, kind: str, **more: Any) -> str:
        """A new identity, with what only the record keeps."""
        self.number += 1
        name = f"{kind}:{self.number}"
        self.more[name] = more
        return name

    def chance(self, about: object) -> random.Random:
        """The same chances every time: from the patient and what they are about, never from the clock."""
        return random.Random(f"{self.story.number} {about}")

    @property
    def facts(self) -> Facts:
        return Facts(
            patient=Patient(
                birth_date=self.story.born,
                sex=self.story.sex,
                causes=tuple(self.causes),
                pregnancies=tuple(self.pregnancies),
                medications=tuple(self.medications),
            ),
            clinic=self.clinic,
            decisions=tuple(self.decisions),
            assessments=tuple(self.assessments),
            injections=tuple(self.injections),
            labs=tuple(self.labs),
        )

    def ago(self, days: int) -> date:
        return self.today - timedelta(days)

    def open_days_ago(self, days: int) -> date:
        """The last day on which the clinic was open, so many days ago or before."""
        day = self.ago(days)
        while self.clinic.first_open(day) != day:
            day -= timedelta(1)
        return day

    @property
    def has_dose_beside_the_calendar(self) -> bool:
        return any(isinstance(extra, Gave) for extra in self.story.extras)

    def answer(self) -> Evaluation:
        """What the rules say today."""
        return evaluate(self.facts, as_of=self.today)


def live(story: Story, *, today: date, clinic: Clinic, molar: bool) -> Life:
    """The life in which the story stands where it should today, or the nearest of a few tries."""
    best: Life | None = None
    least = 0
    for due in story.dues or (story.due,):
        life, distance = _nearest(replace(story, due=due), today=today, clinic=clinic, molar=molar)
        if best is None or distance < least:
            best, least = life, distance
        if not distance:
            break
    if best is None:
        raise ValueError(f"{story.number} aims at no day")
    return best


def _nearest(story: Story, *, today: date, clinic: Clinic, molar: bool) -> tuple[Life, int]:
    """Move the start until the next dose is due on the day aimed at; the life, and how far off it is."""
    begin = partial(_attempt, story, today=today, clinic=clinic, molar=molar)
    best, best_shift, tried = begin(0), 0, {0}
    least, off = _distance(best)
    for _ in range(TRIES if story.protocol else 0):
        if not least:
            break
        shift = next(move for move in _moves(best_shift, off) if move not in tried)
        tried.add(shift)
        life = begin(shift)
        distance, life_off = _distance(life)
        if distance < least:
            best, best_shift, least, off = life, shift, distance, life_off
    return best, least


def _moves(shift: int, off: int) -> Iterator[int]:
    if off:
        yield shift - off
    for step in range(1, 60):
        yield shift - step
        yield shift + step


def _distance(life: Life) -> tuple[int, int]:
    """How far the life is from its story, and by how many days its next dose misses the aim."""
    found = life.answer()
    codes = {finding.code for finding in found.findings}
    missing = sum(code not in codes for code in life.story.shows)
    # While loading, a start moved by a week changes who the patient is; later on it does not.
    moved = abs(found.doses_in_phase - life.story.doses) if found.phase == "loading" else 0
    off = 0
    if life.story.due is not None and life.due_on is not None and not life.has_dose_beside_the_calendar:
        off = (life.due_on - life.today).days - life.story.due
    return 1000 * missing + 3 * abs(off) + moved, off


def _begins_on(story: Story, today: date) -> date:
    """About when the plan began, counted back from where it should stand today."""
    back = today + timedelta(story.due or 0)
    rhythm = _first_rhythm(story)
    if story.protocol in {"alternate_day", "three_times_weekly"} and not story.loading_days:
        return back - timedelta(round(story.doses * LOADING_DAYS_A_DOSE))
    changed = next((x for x in story.extras if isinstance(x, Decided) and x.kind == "change_interval"), None)
    doses = story.doses + (0 if story.protocol == "prophylaxis" else 1)
    if changed is not None:
        # As many doses of the changed rhythm as have passed since; the others in the first one.
        since = min(story.doses, round(changed.ago / _days(story.interval)))
        back = _before(back, story.interval, since)
        doses = max(doses - since, 2)
    return _before(back, rhythm, doses) - timedelta(story.loading_days)


def _first_rhythm(story: Story) -> str:
    if story.protocol == "alternate_day":
        return "2mo"
    if story.protocol == "three_times_weekly":
        return story.interval if story.interval in {"2mo", "3mo"} else "2mo"
    return story.interval


def _days(interval: str) -> float:
    return DAYS_OF.get(interval) or MONTHS_OF[interval] * 30.44


def _before(day: date, interval: str, times: int) -> date:
    months = MONTHS_OF.get(interval)
    return add_months(day, -months * times) if months else day - timedelta(round(DAYS_OF[interval] * times))


def _attempt(story: Story, shift: int, *, today: date, clinic: Clinic, molar: bool) -> Life:
    life = Life(story, today, clinic, molar)
    life.causes = [
        Cause(
            kind=row["kind"],
            ref=life.ref("cause", note=row.get("note", "")),
            intrinsic_factor_antibody=row.get("intrinsic_factor_antibody"),
            procedure=row.get("procedure"),
            length_cm=Decimal(row["length_cm"]) if "length_cm" in row else None,
            gene=row.get("gene"),
        )
        for row in story.causes
    ]
    if story.protocol is not None:
        on = clinic.first_open(_begins_on(story, today) + timedelta(shift))
        _begin(life, min(on, life.open_days_ago(0)))
    for extra in story.extras:
        _add(life, extra)
    if story.protocol is not None:
        _Walk(life).go()
    return life


def _begin(life: Life, on: date) -> None:
    """Assessment, blood and the decision that starts the plan; for a take-over the doses given elsewhere."""
    story, response = life.story, Response(life, on)
    life.started_on = on
    kept: dict[str, Any] = {"overrides": story.overrides, "codes": story.codes}
    if story.protocol == "prophylaxis":
        life.decisions.append(
            Decision(on, "start_prophylaxis", interval=story.interval, ref=life.ref("decision", **kept))
        )
    elif story.protocol == "take_over":
        before = _before(on, story.interval, 1)
        given = life.ref("injection", place="elsewhere", place_source="Letter of the previous practice")
        life.injections.append(Injection(before, None, story.drug, ref=given))
        life.decisions.append(
            Decision(
                on,
                "take_over",
                interval=story.interval,
                began_with=story.began_with or None,
                ref=life.ref("decision", **kept),
            )  # fmt: skip
        )
    else:
        maintenance = story.interval if story.interval in {"2mo", "3mo"} else "2mo"
        start = life.ref("decision", **kept)
        life.decisions.append(
            Decision(on, "start_treatment", story.protocol, maintenance_interval=maintenance, ref=start)
        )
    life.assessments.append(Assessment(on, story.before, life.ref("assessment", at=time(9, 5))))
    response.baseline_draw(life.clinic.first_open(on - timedelta(6)) if story.protocol != "take_over" else on)


def _add(life: Life, extra: Any) -> None:
    """One row of the story beside the calendar."""
    match extra:
        case Scored():
            ref = life.ref("assessment", note=extra.note)
            life.assessments.append(Assessment(life.ago(extra.ago), extra.scores, ref))
        case Answered():
            life.answers.append(extra)
        case Measured():
            for text in extra.results:
                Response.record(life, life.ago(extra.ago), text, before_dose=extra.before_dose)
        case Gave():
            place = {"place": "elsewhere", "place_source": "Hospital"} if extra.place == "elsewhere" else {}
            ref = life.ref("injection", note=extra.note, **place)
            on = life.ago(extra.ago) if place else life.open_days_ago(extra.ago)
            life.injections.append(Injection(on, time(11, 15), extra.drug, route=extra.route, ref=ref))
        case Takes():
            until = None if extra.until is None else life.ago(extra.until)
            mg, ug = (Decimal(text) if text else None for text in (extra.mg, extra.ug))
            ref = life.ref("medication")
            life.medications.append(Medication(extra.drug, life.ago(extra.since), until, mg, ug, ref))
        case Expects():
            until = None if extra.until is None else life.ago(extra.until)
            life.pregnancies.append(
                Pregnancy(extra.status, life.ago(extra.since), until, life.ref("pregnancy"))
            )
        case Decided():
            fields = dict(extra.fields)
            ref = life.ref(
                "decision", overrides=extra.overrides, note=extra.note, source=fields.pop("source", "")
            )
            to = fields.pop("interval", None)
            reasons = tuple(fields.pop("reasons", ()))
            on = life.open_days_ago(extra.ago)
            life.decisions.append(Decision(on, extra.kind, to=to, reasons=reasons, ref=ref, **fields))


class _Walk:
    """Goes from event to event."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.story = life.story
        if life.started_on is None:
            raise ValueError(f"{life.story.number} has no plan to walk along")
        self.on: date = life.started_on
        self.response = Response(life, life.started_on)
        # Nothing is kept from the day on which they no longer came; today itself is done separately.
        self.until = life.today + timedelta(min(self.story.due or 0, 0))
        self.blood_until = life.ago(self.story.blood_until)

    def go(self) -> None:
        """Walk up to today."""
        for _ in range(STEPS):
            if not self._step():
                break
        self.response.settle_last_values()
        situation = Situation(self.life.facts, until=self.life.today, on=self.life.today)
        dose = situation.open_injection
        self.life.due_on = dose.due_on if dose else None
        if self.story.given_at and self.life.open_days_ago(0) == self.life.today:
            self._dose(self.life.today, at=time.fromisoformat(self.story.given_at))

    def _step(self) -> bool:
        """Do the next thing; whether there was one."""
        situation = Situation(self.life.facts, until=self.on, on=self.on)
        coming = [(self._day(event), event) for event in situation.open_events]
        coming = [(day, event) for day, event in coming if day < self._limit(event)]
        plateau = self._plateau_on(situation)
        if not coming and plateau is None:
            return self._turn(situation, self.until)
        # On one day the blood comes before the dose.
        day, event = min(
            coming,
            key=lambda pair: (pair[0], pair[1].kind == EventKind.INJECTION),
            default=(self.until, None),
        )
        if plateau is not None and plateau <= day:
            self.life.decisions.append(Decision(plateau, "plateau_confirmed", ref=self.life.ref("decision")))
            self.on = plateau
            return True
        if self._turn(situation, day):
            return True
        if event is None:
            return False
        self._do(event, day, coming)
        self.on = day
        return True

    def _turn(self, situation: Situation, before: date) -> bool:
        """Stop at a record dated ahead, for the calendar may be another from then on."""
        turning = next((day for day in situation.turning_days if day <= before), None)
        if turning is None or turning >= self.until:
            return False
        self.on = turning
        return True

    def _limit(self, event: Event) -> date:
        blood = event.kind in BLOOD
        return min(self.until, self.blood_until) if blood else self.until

    def _day(self, event: Event) -> date:
        """The day on which it happened: as a rule the one to book."""
        day = max(event.book_on, self.on)
        chance = self.life.chance(f"{event.kind} {len(self.life.injections)}")
        if (
            event.kind != EventKind.INJECTION
            or self.story.punctual
            or event.missed_on - event.due_on < timedelta(8)
        ):
            return day
        if chance.random() < 0.25 and (self.until - day).days > 20:
            late = chance.choice((1, 2, 3, 6))
            if chance.random() < MISSED_AMONG_LATE and (self.until - day).days > WELL_PAST_DAYS:
                late = (event.missed_on - day).days + late
            day = self.life.clinic.first_open(day + timedelta(late))
        return day

    def _plateau_on(self, situation: Situation) -> date | None:
        """When alternate days end, if they do and have not yet."""
        ends = self.story.loading_days
        if not ends or situation.phase != "loading" or situation.course is None:
            return None
        if situation.course.protocol != "alternate_day":
            return None
        started = self.life.started_on or self.on
        return max(self.life.clinic.first_open(started + timedelta(ends)), self.on)

    def _do(self, event: Event, day: date, coming: list[tuple[date, Event]]) -> None:
        if event.kind == EventKind.INJECTION:
            self._dose(day)
        elif event.kind in BLOOD:
            dose = any(other.kind == EventKind.INJECTION and on == day for on, other in coming)
            self.response.draw(day, event.contents, before_dose=True if dose else None)
            if "neuro_assessment" in event.contents:
                self.response.assess(day)
        elif event.kind == EventKind.NEURO_REVIEW:
            self.response.assess(day)
        else:  # A course of folic acid that was reviewed ends.
            self._end_folic_acid(day)

    def _end_folic_acid(self, day: date) -> None:
        self.life.medications = [
            Medication(m.drug, m.started_on, day, m.dose_mg, m.dose_ug, m.ref)
            if m.drug == "folic_acid" and m.stopped_on is None
            else m
            for m in self.life.medications
        ]

    def _dose(self, day: date, at: time | None = None) -> None:
        chance = self.life.chance(f"dose {len(self.life.injections)}")
        at = at or time(chance.randrange(9, 17), chance.choice((0, 10, 20, 30, 40, 50)))
        self.life.injections.append(
            Injection(day, at, self.story.drug, ref=self.life.ref("injection", place="here"))
        )
        if self.story.wears_off:
            self.response.late_in_the_cycle(day)
