"""Flags about causes, medicines taken, and what was injected (R18 to R26, R47 to R50; D7, D10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from patients.vocabulary import B12Drug, CauseKind, MedicationDrug, Phase, Route
from schedules.rules.checks import FOLATE_COURSE_MG, FOLATE_COURSE_MONTHS
from schedules.rules.dates import ONE_DAY, add_months, age_reached_on, leaves_months_up_to, say
from schedules.rules.facts import Injection, Medication
from schedules.rules.flags.raised import Raised, injection_facts
from schedules.rules.labs import is_below_canonical
from schedules.rules.results import ResultClass
from schedules.rules.situation import CROHNS_CM, CROHNS_CONFIRM_CM, RESECTION_CM, Situation

EGFR_LIMIT = Decimal(50)  # R20, mL/min/1.73 m2
LONG_TERM_MONTHS = 4  # R50
ORAL_B12_UG = 1000  # R49
BARIATRIC_GROUP = "bariatric surgery"


def long_term_from(medication: Medication) -> date:
    """The first day a medicine has been taken for more than 4 months (R50)."""
    return add_months(medication.started_on, LONG_TERM_MONTHS) + ONE_DAY


def elderly_from(situation: Situation) -> date | None:
    """The day the patient counts as elderly (D7); None if the birth date is not known."""
    birth_date = situation.facts.patient.birth_date
    return age_reached_on(birth_date, situation.defaults.d7_elderly_years) if birth_date else None


def acid_or_metformin(situation: Situation) -> list[Medication]:
    """The proton-pump inhibitors and metformin taken."""
    return situation.medications(MedicationDrug.PROTON_PUMP_INHIBITOR, MedicationDrug.METFORMIN)


def prophylaxis_groups(situation: Situation, on: date) -> dict[str, str]:
    """The groups of R47 to R50 that apply: rule to words."""
    groups = {}
    if situation.long_causes(CauseKind.ILEAL_RESECTION, RESECTION_CM):
        groups["R47"] = "ileal resection of more than 20 cm"
    if situation.long_causes(CauseKind.CROHNS_ILEAL, CROHNS_CM):
        groups["R48"] = "Crohn's disease of more than 30 cm of ileum"
    if situation.has_bariatric_surgery:
        groups["R49"] = BARIATRIC_GROUP
    elderly = elderly_from(situation)
    long_taken = any(on >= long_term_from(medication) for medication in acid_or_metformin(situation))
    if elderly is not None and on >= elderly and long_taken:
        groups["R50"] = "an older person on a PPI or metformin for more than 4 months"
    return groups


def prophylaxis_indicated(situation: Situation, on: date) -> Raised | None:
    """Nothing was started, a group of R47 to R50 applies, and B12 is not low."""
    if situation.phase != Phase.NOT_STARTED or situation.latest_b12_class == ResultClass.LOW:
        return None
    groups = prophylaxis_groups(situation, on)
    tablets = situation.medications(MedicationDrug.ORAL_B12)
    if set(groups) == {"R49"} and any(t.dose_ug is not None and t.dose_ug >= ORAL_B12_UG for t in tablets):
        return None
    if not groups:
        return None
    return Raised(f"Prevention is advised: {', '.join(groups.values())}.", {"groups": groups})


def prophylaxis_days(situation: Situation) -> list[date]:
    """The days on which R50 can begin to apply by time alone."""
    if situation.phase != Phase.NOT_STARTED:
        return []
    elderly = elderly_from(situation)
    days = [long_term_from(medication) for medication in acid_or_metformin(situation)]
    return [*days, elderly] if elderly is not None and days else []


def crohns_confirm(situation: Situation, on: date) -> Raised | None:
    """Ileal Crohn's of 30 to 60 cm, nothing started: confirm the indication (R16, R48)."""
    if situation.phase != Phase.NOT_STARTED:
        return None
    lengths = [
        cause.length_cm
        for cause in situation.long_causes(CauseKind.CROHNS_ILEAL, CROHNS_CM)
        if cause.length_cm is not None and cause.length_cm <= CROHNS_CONFIRM_CM
    ]
    if not lengths:
        return None
    return Raised(f"Crohn's disease of {lengths[0]} cm of ileum.", {"length_cm": str(lengths[0])})


def folate_masking(situation: Situation, on: date) -> Raised | None:
    """Folic acid is being taken while B12 is not corrected (R23, R24)."""
    taken = situation.medications(MedicationDrug.FOLIC_ACID)
    if not taken or situation.labs.is_corrected():
        return None
    return Raised(
        f"Folic acid since {say(taken[-1].started_on)}, and B12 is not known to be corrected.",
        {"medication": taken[-1].ref, "started_on": taken[-1].started_on.isoformat()},
    )


def folate_stopped_early(situation: Situation, on: date) -> Raised | None:
    """The latest folic-acid course of 5 mg or more was stopped before 4 months (R26)."""
    courses = [
        medication
        for medication in situation.facts.patient.medications
        if medication.drug == MedicationDrug.FOLIC_ACID
        and medication.started_on <= situation.until
        and medication.dose_mg is not None
        and medication.dose_mg >= FOLATE_COURSE_MG
    ]
    if not courses:
        return None
    latest = max(reversed(courses), key=lambda course: course.started_on)
    stopped_on = latest.stopped_on
    if stopped_on is None or stopped_on > on:
        return None
    if stopped_on >= add_months(latest.started_on, FOLATE_COURSE_MONTHS):
        return None
    return Raised(
        f"Folic acid ran from {say(latest.started_on)} to {say(stopped_on)}, less than 4 months.",
        {"medication": latest.ref, "stopped_on": stopped_on.isoformat()},
    )


def unsafe_reasons(situation: Situation, drug: str, route: str, given_on: date) -> list[str]:
    """Why an injection was unsafe as of its date (R18, R20 to R22), in words; empty if it was not."""
    reasons = []
    if route == Route.IV:
        reasons.append("given into a vein, where almost all of it is lost")
    if drug != B12Drug.CYANOCOBALAMIN:
        return reasons
    egfr = situation.newest_egfr(given_on)
    if egfr is not None and is_below_canonical(egfr, EGFR_LIMIT):
        reasons.append(f"cyanocobalamin with a kidney function below {EGFR_LIMIT} ({say(egfr.drawn_on)})")
    if situation.facts.patient.diabetic_nephropathy:
        reasons.append("cyanocobalamin with diabetic kidney disease")
    disorders = situation.facts.patient.causes
    if any(c.kind == CauseKind.INHERITED_COBALAMIN_DISORDER and c.counts_on(given_on) for c in disorders):
        reasons.append("cyanocobalamin with an inherited disorder of B12 metabolism")
    return reasons


def _latest_injection(situation: Situation) -> Injection | None:
    return situation.b12_injections[-1] if situation.b12_injections else None


def unsafe_injection(situation: Situation, on: date) -> Raised | None:
    """The latest B12 injection was IV, or cyanocobalamin against R20, R21 or R22."""
    latest = _latest_injection(situation)
    if latest is None:
        return None
    reasons = unsafe_reasons(situation, latest.drug, latest.route, latest.on)
    if not reasons:
        return None
    return Raised(
        f"The injection of {say(latest.on)}: {'; '.join(reasons)}.", {"injection": injection_facts(latest)}
    )


def egfr_unknown(situation: Situation, on: date) -> Raised | None:
    """The latest B12 injection was cyanocobalamin and there is no eGFR of the last 12 months (R20, D10)."""
    latest = _latest_injection(situation)
    if latest is None or latest.drug != B12Drug.CYANOCOBALAMIN or situation.newest_egfr(on) is not None:
        return None
    return Raised(
        f"Cyanocobalamin was given on {say(latest.on)}, and the kidney function is not known.",
        {"injection": injection_facts(latest)},
    )


def egfr_days(situation: Situation) -> list[date]:
    """The day the newest eGFR is older than D10's months."""
    latest = _latest_injection(situation)
    egfr = situation.labs.latest("egfr")
    if latest is None or egfr is None or latest.drug != B12Drug.CYANOCOBALAMIN:
        return []
    return [leaves_months_up_to(egfr.drawn_on, situation.defaults.d10_months)]
