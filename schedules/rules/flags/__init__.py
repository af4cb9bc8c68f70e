"""The flags: a table of conditions, one small function each (clinical specification, section 4).

A row's ``days`` gives the days on which its condition can change by time alone; a row without it changes only
when a record does. That is what the forecast walks along.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from patients.vocabulary import Phase, Severity
from schedules.rules.flags import bloods, days, doses, medicines, symptoms
from schedules.rules.flags.raised import FlagRow
from schedules.rules.results import SEVERITY_ORDER, Finding
from schedules.rules.situation import Situation

URGENT, WARNING, INFO = Severity.URGENT, Severity.WARNING, Severity.INFO


TABLE: tuple[FlagRow, ...] = (
    FlagRow(
        "MISSED_INJECTION",
        WARNING,
        ("R4", "R8", "R10", "R58"),
        "Injection missed",
        doses.missed_injection,
        "Call the patient and give the injection on the first open day.",
        days.missed_days,
    ),
    FlagRow(
        "LOADING_RESTART_REVIEW",
        WARNING,
        ("R4", "R8"),
        "Loading has paused",
        doses.loading_restart_review,
        "Ask a physician whether loading goes on or begins again.",
        days.hole_days,
    ),
    FlagRow(
        "RELOAD_REVIEW",
        WARNING,
        ("R10", "R58"),
        "A whole interval late",
        doses.reload_review,
        "Give the injection, and ask a physician whether loading is needed again.",
        days.reload_days,
    ),
    FlagRow(
        "EARLY_DOSE",
        INFO,
        ("R10",),
        "Given early",
        doses.early_dose,
        "Check why it was early; if symptoms came back before the due date, ask about a shorter interval.",
    ),
    FlagRow(
        "ALT_DAY_GAP",
        INFO,
        ("R4",),
        "Gap in alternate days",
        doses.alternate_day_gap,
        "See whether the dose can be given elsewhere while the clinic is closed.",
    ),
    FlagRow(
        "PLATEAU_CANDIDATE",
        INFO,
        ("R6", "R7"),
        "Improvement may have levelled off",
        symptoms.plateau_candidate,
        "Ask a physician to confirm the plateau and begin maintenance.",
        days.plateau_days,
    ),
    FlagRow(
        "NEURO_WORSENING",
        URGENT,
        ("R6", "R33"),
        "Symptoms are worse during loading",
        symptoms.neuro_worsening,
        "Ask a physician to see the patient today.",
    ),
    FlagRow(
        "NEURO_ONSET_SWITCH_PROTOCOL",
        URGENT,
        ("R3", "R5"),
        "First neurological finding",
        symptoms.neuro_onset,
        "Ask a physician to switch to alternate days today.",
    ),
    FlagRow(
        "SYMPTOM_RECURRENCE",
        URGENT,
        ("R57",),
        "Symptoms are back",
        symptoms.symptom_recurrence,
        "Ask a physician to see the patient and consider more frequent injections.",
    ),
    FlagRow(
        "NEURO_ASSESSMENT_INCOMPLETE",
        WARNING,
        ("R1",),
        "Assessment before the first dose incomplete",
        symptoms.assessment_incomplete,
        "Assess all five domains now.",
    ),
    FlagRow(
        "GLOSSITIS_ONLY_CONFIRM",
        INFO,
        ("R2", "R3"),
        "Sore tongue only",
        symptoms.glossitis_only,
        "Ask a physician to confirm that this calls for alternate days.",
    ),
    FlagRow(
        "RECHECK_OVERDUE",
        WARNING,
        ("R27", "R28", "R29", "R34", "R35", "R40"),
        "Blood test or review overdue",
        bloods.recheck_overdue,
        "Book it with the next injection, before the dose.",
        days.overdue_days,
    ),
    FlagRow(
        "CHECK_INCOMPLETE",
        INFO,
        ("R30", "R32", "R33", "R38"),
        "Blood test incomplete",
        bloods.check_incomplete,
        "Order what is missing, or add it to the next draw.",
        days.incomplete_days,
    ),
    FlagRow(
        "TROUGH_DRAW_DUE",
        INFO,
        ("R36",),
        "Draw blood before this injection",
        bloods.trough_draw_due,
        "Draw the blood before the injection is given.",
        days.trough_days,
    ),
    FlagRow(
        "NOT_TROUGH",
        INFO,
        ("R36", "R53"),
        "B12 not drawn before the injection",
        bloods.not_trough,
        "Draw the next B12 just before an injection.",
    ),
    FlagRow(
        "B12_WITHIN_14D_OF_DOSE",
        WARNING,
        ("R36", "R53"),
        "B12 drawn too soon after a dose",
        bloods.close_to_a_dose,
        "Do not act on this value; draw again just before an injection.",
    ),
    FlagRow(
        "LOW_TROUGH_REVIEW",
        WARNING,
        ("R36", "R42"),
        "B12 low before the injection",
        bloods.low_trough,
        "Ask about symptoms and missed doses, and ask a physician about the interval.",
    ),
    FlagRow(
        "B12_BORDERLINE",
        INFO,
        ("R31",),
        "B12 borderline",
        bloods.b12_borderline,
        "Measure methylmalonic acid.",
    ),
    FlagRow(
        "UNDECIDABLE_RESULT",
        WARNING,
        ("R27", "R53"),
        "B12 result cannot be classed",
        bloods.undecidable_result,
        "Ask the laboratory for the value, or draw again.",
    ),
    FlagRow(
        "MMA_ABOVE_TARGET",
        WARNING,
        ("R31",),
        "Methylmalonic acid above target",
        bloods.mma_above_target,
        "Ask about symptoms and kidney function, and ask a physician whether treatment is enough.",
    ),
    FlagRow(
        "HOMOCYSTEINE_ABOVE_TARGET",
        WARNING,
        ("R32", "R37"),
        "Homocysteine above target",
        bloods.homocysteine_above_target,
        "Look for folate deficiency and kidney disease, and ask a physician whether treatment is enough.",
    ),
    FlagRow(
        "FUNCTIONAL_DEFICIENCY_CHECK",
        WARNING,
        ("R53", "R54"),
        "Symptoms despite a normal B12",
        bloods.functional_deficiency,
        "Measure methylmalonic acid and homocysteine.",
    ),
    FlagRow(
        "START_IMMEDIATELY",
        URGENT,
        ("R55", "R56"),
        "Start treatment today",
        bloods.start_immediately,
        "Start injections the same day; do not wait for other results.",
        days.untreated_days,
        after_stop=True,
    ),
    FlagRow(
        "B12_DEFICIENT_TREAT",
        WARNING,
        ("R4", "R8"),
        "B12 low and not treated",
        bloods.b12_deficient,
        "Assess all five domains and ask a physician to start treatment.",
        days.untreated_days,
        after_stop=True,
    ),
    FlagRow(
        "IRON_DEFICIENCY_MAY_BLUNT_RESPONSE",
        WARNING,
        ("R38", "R39"),
        "Iron is low",
        bloods.iron_deficiency,
        "Look for the cause and treat it; lack of iron weakens the response.",
    ),
    FlagRow(
        "VITAMIN_D_BELOW_TARGET",
        WARNING,
        ("R40", "R41"),
        "Vitamin D below target",
        bloods.vitamin_d_below_target,
        "Ask a physician about vitamin D.",
    ),
    FlagRow(
        "LOW_POTASSIUM",
        URGENT,
        ("D22",),
        "Potassium is low",
        bloods.low_potassium,
        "Ask a physician today; potassium can fall further while loading goes on.",
    ),
    FlagRow(
        "PROPHYLAXIS_INDICATED",
        WARNING,
        ("R47", "R48", "R49", "R50"),
        "Prevention is advised",
        medicines.prophylaxis_indicated,
        "Ask a physician to start monthly injections.",
        medicines.prophylaxis_days,
    ),
    FlagRow(
        "CROHNS_30_60_CONFIRM",
        INFO,
        ("R16", "R48"),
        "Crohn's disease of 30 to 60 cm",
        medicines.crohns_confirm,
        "Ask a physician to confirm that prevention is wanted.",
    ),
    FlagRow(
        "SUGGEST_MONTHLY",
        INFO,
        ("R43", "R44"),
        "Monthly injections may suit better",
        symptoms.suggest_monthly,
        "Ask a physician whether to change to monthly injections.",
    ),
    FlagRow(
        "FOLATE_MASKING",
        WARNING,
        ("R23", "R24"),
        "Folic acid before B12 is corrected",
        medicines.folate_masking,
        "Ask a physician whether to pause folic acid; go on with B12.",
        after_stop=True,
    ),
    FlagRow(
        "FOLATE_STOPPED_EARLY",
        WARNING,
        ("R26",),
        "Folic acid stopped early",
        medicines.folate_stopped_early,
        "Ask a physician whether to complete four months.",
        after_stop=True,
    ),
    FlagRow(
        "UNSAFE_INJECTION_RECORDED",
        URGENT,
        ("R18", "R20", "R21", "R22"),
        "Unsafe injection recorded",
        medicines.unsafe_injection,
        "Check the entry; if it is right, tell a physician and change the product or route.",
        after_stop=True,
    ),
    FlagRow(
        "EGFR_UNKNOWN",
        INFO,
        ("R20",),
        "Kidney function not known",
        medicines.egfr_unknown,
        "Measure the kidney function, or use hydroxocobalamin.",
        medicines.egfr_days,
    ),
)

BY_CODE = {row.code: row for row in TABLE}
_AFTER_STOP = tuple(row for row in TABLE if row.after_stop)
_CODE_ORDER = {row.code: position for position, row in enumerate(sorted(TABLE, key=lambda row: row.code))}


def rows_for(phase: Phase) -> tuple[FlagRow, ...]:
    """The rows that can be raised in a phase: after a stop only some, after a close none."""
    if phase == Phase.CLOSED:
        return ()
    return _AFTER_STOP if phase == Phase.STOPPED else TABLE


def raise_rows(rows: Iterable[FlagRow], situation: Situation, on: date) -> list[Finding]:
    """The findings of some rows on a day, in the rows' order."""
    found = []
    for row in rows:
        raised = row.condition(situation, on)
        if raised is not None:
            found.append(
                Finding(
                    row.code,
                    raised.severity or row.severity,
                    row.rules,
                    raised.facts,
                    raised.reason,
                    raised.next_step or row.next_step,
                )
            )
    return found


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by severity, the most pressing first, then by code."""
    return tuple(
        sorted(findings, key=lambda found: (SEVERITY_ORDER[found.severity], _CODE_ORDER[found.code]))
    )
