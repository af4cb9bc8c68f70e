"""Flags about blood results and when they were drawn (R24 to R41, R53 to R56; D6, D9, D22, D25)."""

from __future__ import annotations

from datetime import date, timedelta

from patients.vocabulary import Analyte, Phase, PregnancyStatus, Sex
from schedules.rules.dates import in_months_up_to, say
from schedules.rules.facts import Lab
from schedules.rules.flags.raised import Raised, assessment_facts, lab_facts
from schedules.rules.injections import trough_opens_on
from schedules.rules.labs import at_target, is_above, is_below_canonical, limit_as_reported, nearest
from schedules.rules.results import EventKind, ResultClass
from schedules.rules.situation import Situation

NO_DOSE_MONTHS = 6
CLOSE_TO_A_DOSE_DAYS = 14
CHECK_PARTS = (Analyte.HB, Analyte.MCV, Analyte.HOMOCYSTEINE)
LATER_CHECK_PARTS = (Analyte.FERRITIN, Analyte.TRANSFERRIN_SATURATION)
DRAWN_KINDS = (EventKind.CHECK, EventKind.PREGNANCY_CHECK)


def _result(lab: Lab) -> str:
    return f"{Analyte(lab.analyte).english} {lab.as_reported} of {say(lab.drawn_on)}"


def recheck_overdue(situation: Situation, on: date) -> Raised | None:
    """A check, panel or review is at or past the day it counts as missed (D13)."""
    late = [event for event in situation.open_checks if on >= event.missed_on]
    if not late:
        return None
    said = ", ".join(f"{event.kind.english.lower()} due on {say(event.due_on)}" for event in late)
    return Raised(f"Not done: {said}.", {"events": [event.key for event in late]})


def check_incomplete(situation: Situation, on: date) -> Raised | None:
    """Two weeks after the latest B12 draw of the plan, parts of that check are missing (R30, R32, R33, R38,
    D25)."""
    draws = situation.stability.draws
    if not draws or on < check_judged_on(draws[-1], situation):
        return None
    draw = draws[-1]
    days = situation.defaults.d25_days
    parts = CHECK_PARTS + (LATER_CHECK_PARTS if situation.stability.past_first_year else ())
    missing = [
        part.english for part in parts if nearest(situation.labs.of(part), draw.drawn_on, days) is None
    ]
    if not any(
        row.is_complete and abs((row.on - draw.drawn_on).days) <= days for row in situation.assessments
    ):
        missing.append("a complete neurological assessment")
    if not missing:
        return None
    return Raised(
        f"With the B12 drawn on {say(draw.drawn_on)} there is no {', no '.join(missing)}.",
        {"draw": lab_facts(draw), "missing": missing},
    )


def check_judged_on(draw: Lab, situation: Situation) -> date:
    """The first day a check is judged complete or not (D25)."""
    return draw.drawn_on + timedelta(situation.defaults.d25_days)


def trough_window_opens_on(situation: Situation) -> date | None:
    """The day the trough window of the open injection opens, in maintenance and prophylaxis (D15)."""
    course = situation.course
    if course is None or course.is_loading:
        return None
    return trough_opens_on(course.due_on, course.interval, situation.defaults)


def trough_draw_due(situation: Situation, on: date) -> Raised | None:
    """A check has come round and the trough window of the next injection is open (R36)."""
    opens_on = trough_window_opens_on(situation)
    event = situation.open_injection
    if opens_on is None or event is None or on < opens_on:
        return None
    due = [check for check in situation.open_checks if check.kind in DRAWN_KINDS and on >= check.earliest_on]
    if not due:
        return None
    return Raised(
        f"Blood for the test due on {say(due[0].due_on)} is best drawn now, before the injection due on "
        f"{say(event.due_on)}.",
        {"checks": [check.key for check in due], "injection": event.key},
    )


def not_trough(situation: Situation, on: date) -> Raised | None:
    """The latest B12 was not drawn at the trough (R36)."""
    latest = situation.latest_b12
    if latest is None or situation.latest_b12_trough is not False:
        return None
    return Raised(f"{_result(latest)} was not drawn just before an injection.", {"lab": lab_facts(latest)})


def close_to_a_dose(situation: Situation, on: date) -> Raised | None:
    """The latest B12 was drawn less than 14 days after a dose."""
    latest = situation.latest_b12
    if latest is None or situation.latest_b12_trough is not False:
        return None
    days = situation.labs.days_since_dose(latest)
    if days is None or days >= CLOSE_TO_A_DOSE_DAYS:
        return None
    return Raised(
        f"{_result(latest)} was drawn less than two weeks after a dose and says little.",
        {"lab": lab_facts(latest)},
    )


def low_trough(situation: Situation, on: date) -> Raised | None:
    """Low, although drawn at the trough, in maintenance or prophylaxis (R36, R42)."""
    latest = situation.latest_b12
    if latest is None or not situation.in_maintenance_or_prophylaxis or not situation.latest_b12_trough:
        return None
    if situation.latest_b12_class != ResultClass.LOW:
        return None
    return Raised(
        f"{_result(latest)} is low although drawn before the injection.", {"lab": lab_facts(latest)}
    )


def b12_borderline(situation: Situation, on: date) -> Raised | None:
    """The latest B12 is borderline and the nearest MMA within 30 days does not decide it (R31)."""
    latest = situation.latest_b12
    if latest is None or not situation.labs.is_in_band(latest):
        return None
    mma = situation.labs.deciding_mma(latest)
    if mma is not None and at_target(mma) is not None:
        return None
    return Raised(
        f"{_result(latest)} is borderline; no methylmalonic acid decides it.", {"lab": lab_facts(latest)}
    )


def undecidable_result(situation: Situation, on: date) -> Raised | None:
    """The latest B12 cannot be classed because of its comparator (D18)."""
    latest = situation.latest_b12
    if latest is None or situation.latest_b12_class != ResultClass.UNDECIDABLE:
        return None
    return Raised(f"{_result(latest)} says neither low nor normal.", {"lab": lab_facts(latest)})


def _off_target(situation: Situation, analyte: Analyte) -> Raised | None:
    latest = situation.labs.latest(analyte)
    if latest is None or at_target(latest) is not False:
        return None
    return Raised(f"{_result(latest)} is not at target.", {"lab": lab_facts(latest)})


def mma_above_target(situation: Situation, on: date) -> Raised | None:
    """The latest MMA is at or above 271 nmol/L (R31)."""
    return _off_target(situation, Analyte.MMA)


def homocysteine_above_target(situation: Situation, on: date) -> Raised | None:
    """The latest homocysteine is at or above 10 umol/L (R32, R37)."""
    return _off_target(situation, Analyte.HOMOCYSTEINE)


def vitamin_d_below_target(situation: Situation, on: date) -> Raised | None:
    """After bariatric surgery the latest vitamin D is below target (R41)."""
    return _off_target(situation, Analyte.VITAMIN_D) if situation.has_bariatric_surgery else None


def functional_deficiency(situation: Situation, on: date) -> Raised | None:
    """B12 is normal, symptoms persist, and MMA and homocysteine have not both been measured since (R53,
    R54)."""
    latest, assessment = situation.latest_b12, situation.latest_assessment
    if latest is None or assessment is None or not situation.in_maintenance_or_prophylaxis:
        return None
    if situation.latest_b12_class != ResultClass.NORMAL or not situation.shows_involvement_in_plan:
        return None
    measured = [situation.labs.latest(analyte) for analyte in (Analyte.MMA, Analyte.HOMOCYSTEINE)]
    if all(lab is not None and lab.drawn_on >= latest.drawn_on for lab in measured):
        return None
    return Raised(
        f"{_result(latest)} is normal, but there were symptoms on {say(assessment.on)}.",
        {"lab": lab_facts(latest), "assessment": assessment_facts(assessment)},
    )


def _untreated_and_low(situation: Situation, on: date) -> Lab | None:
    """The latest B12 if it is low, no plan runs and no dose was given in the 6 months up to the day."""
    latest = situation.latest_b12
    if latest is None or situation.phase not in (Phase.NOT_STARTED, Phase.STOPPED):
        return None
    last = situation.last_dose_on
    if last is not None and in_months_up_to(last, NO_DOSE_MONTHS, on):
        return None
    return latest if situation.latest_b12_class == ResultClass.LOW else None


def macrocytic_anaemia(situation: Situation, b12: Lab) -> tuple[Lab, Lab] | None:
    """The nearest MCV and Hb of a B12 draw, if they show macrocytic anaemia (D6)."""
    defaults = situation.defaults
    mcv = nearest(situation.labs.of(Analyte.MCV), b12.drawn_on, defaults.d6_days)
    hb = nearest(situation.labs.of(Analyte.HB), b12.drawn_on, defaults.d6_days)
    if mcv is None or hb is None:
        return None
    if any(record.status == PregnancyStatus.PREGNANT for record in situation.pregnancies):
        limit = defaults.d6_hb_pregnant_g_l
    elif situation.facts.patient.sex == Sex.MALE:
        limit = defaults.d6_hb_male_g_l
    else:
        limit = defaults.d6_hb_female_g_l
    large = is_above(mcv, limit_as_reported(mcv.analyte, mcv.unit, defaults.d6_mcv_fl))
    return (mcv, hb) if large and is_below_canonical(hb, limit) else None


def start_immediately(situation: Situation, on: date) -> Raised | None:
    """Low B12 with macrocytic anaemia and no treatment: the same day (R55, R56)."""
    low = _untreated_and_low(situation, on)
    blood = macrocytic_anaemia(situation, low) if low else None
    if low is None or blood is None:
        return None
    mcv, hb = blood
    return Raised(
        f"{_result(low)} is low, with macrocytic anaemia: {_result(mcv)}, {_result(hb)}.",
        {"labs": [lab_facts(lab) for lab in (low, mcv, hb)]},
    )


def b12_deficient(situation: Situation, on: date) -> Raised | None:
    """Low B12 without known macrocytic anaemia and no treatment (R4, R8)."""
    low = _untreated_and_low(situation, on)
    if low is None or macrocytic_anaemia(situation, low):
        return None
    return Raised(f"{_result(low)} is low and no treatment runs.", {"lab": lab_facts(low)})


def iron_deficiency(situation: Situation, on: date) -> Raised | None:
    """The latest ferritin or transferrin saturation is low (R39, D9)."""
    limits = (
        (Analyte.FERRITIN, situation.defaults.d9_ferritin_ug_l),
        (Analyte.TRANSFERRIN_SATURATION, situation.defaults.d9_transferrin_saturation_percent),
    )
    low = [
        lab
        for analyte, limit in limits
        if (lab := situation.labs.latest(analyte)) is not None and is_below_canonical(lab, limit)
    ]
    if not low:
        return None
    said = ", ".join(_result(lab) for lab in low)
    return Raised(f"Low iron stores: {said}.", {"labs": [lab_facts(lab) for lab in low]})


def low_potassium(situation: Situation, on: date) -> Raised | None:
    """Potassium is low during loading (D22)."""
    latest = situation.labs.latest(Analyte.POTASSIUM)
    if latest is None or situation.phase != Phase.LOADING:
        return None
    if not is_below_canonical(latest, situation.defaults.d22_potassium_mmol_l):
        return None
    return Raised(f"{_result(latest)} is low while loading goes on.", {"lab": lab_facts(latest)})
