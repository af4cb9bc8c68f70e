"""Requests, judged before they are done (clinical specification, section 6).

``TABLE`` holds every code with its strength, rules and words; each has one small function in
``prescriptions`` or ``records``, which answers the reason in a sentence, or None where the code does not
apply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from schedules.rules import plans, prescriptions, records
from schedules.rules.asked import (
    ChangeInterval,
    FolicAcid,
    Prescribe,
    RecordInjection,
    RecordLab,
    Request,
    StartMaintenance,
    Stop,
)
from schedules.rules.facts import Facts
from schedules.rules.judging import Asked
from schedules.rules.results import Judgement, RequestCode, Strength
from schedules.rules.situation import Situation

HARD, SOFT, INFO = Strength.HARD, Strength.SOFT, Strength.INFO
RECORDS = (RecordInjection, RecordLab)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One code: how strong, by which rules, for which requests, its words for people, and when it applies."""

    code: str
    strength: Strength
    rules: tuple[str, ...]
    asked_of: tuple[type, ...]
    title: str
    reason: Callable[[Asked], str | None]


TABLE: tuple[RequestRow, ...] = (
    RequestRow("IV_REFUSED", HARD, ("R18",), (Prescribe,), "Not into a vein", prescriptions.into_a_vein),
    RequestRow(
        "DOSE_OUT_OF_RANGE",
        HARD,
        ("R11",),
        (Prescribe,),
        "Dose above 5000 micrograms",
        prescriptions.out_of_range,
    ),
    RequestRow(
        "DOSE_NOT_1000_MCG",
        SOFT,
        ("R11",),
        (Prescribe,),
        "Dose other than 1000 micrograms",
        prescriptions.not_1000,
    ),
    RequestRow(
        "ORAL_DOSE_OUT_OF_RANGE",
        SOFT,
        ("R49",),
        (Prescribe,),
        "Dose by mouth outside 1000 to 2000 micrograms",
        prescriptions.oral_out_of_range,
    ),
    RequestRow(
        "CYANO_INHERITED_COBALAMIN",
        HARD,
        ("R22",),
        (Prescribe,),
        "No cyanocobalamin in an inherited disorder",
        prescriptions.cyano_inherited,
    ),
    RequestRow(
        "CYANO_EGFR_LT_50",
        SOFT,
        ("R20",),
        (Prescribe,),
        "No cyanocobalamin with weak kidneys",
        prescriptions.cyano_kidney,
    ),
    RequestRow(
        "CYANO_DIABETIC_NEPHROPATHY",
        SOFT,
        ("R21",),
        (Prescribe,),
        "No cyanocobalamin with diabetic kidney disease",
        prescriptions.cyano_diabetic,
    ),
    RequestRow(
        "EGFR_UNKNOWN", INFO, ("R20",), (Prescribe,), "Kidney function not known", prescriptions.egfr_unknown
    ),
    RequestRow(
        "PREFER_HYDROXOCOBALAMIN",
        INFO,
        ("R19",),
        (Prescribe,),
        "Hydroxocobalamin is preferred",
        prescriptions.other_drug,
    ),
    RequestRow(
        "MECOBALAMIN_CBLC_ADVISORY",
        INFO,
        ("R22",),
        (Prescribe,),
        "Methylcobalamin in cblC",
        prescriptions.mecobalamin_cblc,
    ),
    RequestRow(
        "SC_OFF_LABEL_ADVISORY",
        INFO,
        ("R17",),
        (Prescribe,),
        "Under the skin is off label",
        prescriptions.off_label,
    ),
    RequestRow(
        "PARENTERAL_REQUIRED",
        SOFT,
        ("R12", "R13", "R14", "R15", "R16"),
        (Prescribe,),
        "Injections are needed",
        prescriptions.parenteral_required,
    ),
    RequestRow(
        "NEURO_REQUIRES_ALTERNATE_DAY",
        SOFT,
        ("R4", "R5"),
        (Prescribe,),
        "Alternate days are needed",
        prescriptions.alternate_days_needed,
    ),
    RequestRow(
        "OVERTREATMENT_ASYMPTOMATIC",
        INFO,
        ("R9",),
        (Prescribe,),
        "More than needed",
        prescriptions.overtreatment,
    ),
    RequestRow(
        "NEURO_ASSESSMENT_INCOMPLETE",
        SOFT,
        ("R1",),
        (Prescribe,),
        "Assess all five domains first",
        prescriptions.assessment_incomplete,
    ),
    RequestRow("UNDER_16", SOFT, ("D3",), (Prescribe,), "Under 16 years", prescriptions.under_age),
    RequestRow(
        "NEURO_MAX_2_MONTHS",
        SOFT,
        ("R7",),
        (Prescribe, ChangeInterval),
        "At most 2 months after alternate days",
        plans.longer_than_two_months,
    ),
    RequestRow(
        "PLATEAU_NOT_REACHED",
        SOFT,
        ("R6", "R7"),
        (StartMaintenance,),
        "Improvement has not levelled off",
        plans.plateau_not_reached,
    ),
    RequestRow(
        "LOADING_INCOMPLETE",
        SOFT,
        ("R8", "R10"),
        (StartMaintenance,),
        "Loading incomplete",
        plans.loading_incomplete,
    ),
    RequestRow(
        "NOT_IN_LOADING", HARD, ("R7", "R10"), (StartMaintenance,), "Not in loading", plans.not_in_loading
    ),
    RequestRow(
        "REASON_REQUIRED", HARD, ("R46",), (ChangeInterval,), "A reason is required", plans.reason_required
    ),
    RequestRow(
        "LAB_ONLY_TITRATION",
        SOFT,
        ("R45",),
        (ChangeInterval,),
        "Not by laboratory values alone",
        plans.only_levels,
    ),
    RequestRow(
        "INTERVAL_TOO_LONG",
        SOFT,
        ("R10",),
        (ChangeInterval,),
        "Longer than 3 months",
        plans.interval_too_long,
    ),
    RequestRow(
        "NOT_IN_MAINTENANCE",
        HARD,
        ("R42",),
        (ChangeInterval,),
        "Not in maintenance or prevention",
        plans.not_in_maintenance,
    ),
    RequestRow("LIFELONG_THERAPY", SOFT, ("R51", "R52"), (Stop,), "Treatment is lifelong", plans.lifelong),
    RequestRow(
        "FOLATE_BEFORE_B12",
        SOFT,
        ("R23",),
        (FolicAcid,),
        "B12 comes before folic acid",
        plans.folate_before_b12,
    ),
    RequestRow(
        "FOLATE_DEFICIENCY_NOT_DOCUMENTED",
        SOFT,
        ("R25",),
        (FolicAcid,),
        "No folate deficiency on record",
        plans.folate_not_documented,
    ),
    RequestRow(
        "FOLATE_DOSE_NOT_5_MG",
        INFO,
        ("R25",),
        (FolicAcid,),
        "Dose other than 5 milligrams",
        plans.folate_dose,
    ),
    RequestRow("FUTURE_DATE", HARD, (), RECORDS, "Date in the future", records.future_date),
    RequestRow("BEFORE_BIRTH", HARD, (), RECORDS, "Before the date of birth", records.before_birth),
    RequestRow(
        "DUPLICATE_DOSE", SOFT, (), (RecordInjection,), "A dose is recorded that day", records.duplicate_dose
    ),
    RequestRow("EARLY_DOSE", INFO, ("R10",), (RecordInjection,), "Earlier than due", records.early_dose),
    RequestRow(
        "UNSAFE_INJECTION_RECORDED",
        INFO,
        ("R18", "R20", "R21", "R22"),
        (RecordInjection,),
        "Unsafe injection",
        records.unsafe_injection,
    ),
    RequestRow("UNKNOWN_UNIT", HARD, (), (RecordLab,), "Unknown unit", records.unknown_unit),
    RequestRow("IMPLAUSIBLE_VALUE", SOFT, (), (RecordLab,), "Implausible value", records.implausible_value),
)

_BY_REQUEST: dict[type, tuple[RequestRow, ...]] = {
    kind: tuple(sorted((row for row in TABLE if kind in row.asked_of), key=lambda row: row.code))
    for kind in Request.__args__
}


def judge(facts: Facts, request: Request, *, as_of: date) -> Judgement:
    """Judge a request on its own day, on the records up to the earlier of that day and ``as_of``.

    Accepted when no hard or soft code applies; codes are sorted. ``hint`` is a unit in which an implausible
    value would be plausible. Raises ``KeyError`` for an analyte or dose unit that is not known.
    """
    on = request.on or as_of
    situation = Situation(facts, until=min(on, as_of), on=on)
    asked = Asked(situation, request, on, as_of)
    codes = tuple(
        RequestCode(row.code, row.strength, row.rules, reason)
        for row in _BY_REQUEST[type(request)]
        if (reason := row.reason(asked)) is not None
    )
    hint = records.hint(request) if any(code.code == "IMPLAUSIBLE_VALUE" for code in codes) else None
    return Judgement(all(code.strength == INFO for code in codes), codes, hint)
