"""When each code of a prescription applies (R1 to R22, R49; D3, D10)."""

from __future__ import annotations

from patients.vocabulary import PARENTERAL_ROUTES, Antibody, B12Drug, CauseKind, Gene, Phase, Regimen, Route
from schedules.rules.dates import age_reached_on, say
from schedules.rules.flags.medicines import EGFR_LIMIT
from schedules.rules.judging import Asked
from schedules.rules.labs import is_below_canonical
from schedules.rules.results import ResultClass
from schedules.rules.situation import CROHNS_CM, RESECTION_CM

INJECTED_UG = 1000  # R11
HIGHEST_UG = 5000  # R11
ORAL_UG = (1000, 2000)  # R49
LOADING_REGIMENS = frozenset({Regimen.ALTERNATE_DAY, Regimen.THREE_TIMES_WEEKLY})


def into_a_vein(asked: Asked) -> str | None:
    """R18."""
    if asked.request.route != Route.IV:
        return None
    return "Almost all of a dose given into a vein is lost in the urine."


def out_of_range(asked: Asked) -> str | None:
    """R11: above any dose that is meant, a slip of the unit."""
    if asked.request.dose_ug <= HIGHEST_UG:
        return None
    return "More than 5000 micrograms; check the unit."


def not_1000(asked: Asked) -> str | None:
    """R11."""
    dose = asked.request.dose_ug
    if asked.request.route not in PARENTERAL_ROUTES or dose == INJECTED_UG or dose > HIGHEST_UG:
        return None
    return "An injection is 1000 micrograms."


def oral_out_of_range(asked: Asked) -> str | None:
    """R49."""
    dose = asked.request.dose_ug
    if asked.request.route != Route.ORAL or ORAL_UG[0] <= dose <= ORAL_UG[1] or dose > HIGHEST_UG:
        return None
    return "By mouth, 1000 to 2000 micrograms daily."


def _is_cyano(asked: Asked) -> bool:
    return bool(asked.request.drug == B12Drug.CYANOCOBALAMIN)


def cyano_inherited(asked: Asked) -> str | None:
    """R22."""
    if not _is_cyano(asked) or not asked.situation.causes(CauseKind.INHERITED_COBALAMIN_DISORDER):
        return None
    return "With an inherited disorder of B12 metabolism the body cannot use cyanocobalamin."


def cyano_kidney(asked: Asked) -> str | None:
    """R20, D10."""
    egfr = asked.situation.newest_egfr(asked.on) if _is_cyano(asked) else None
    if egfr is None or not is_below_canonical(egfr, EGFR_LIMIT):
        return None
    return f"Kidney function was {egfr.as_reported} on {say(egfr.drawn_on)}, below {EGFR_LIMIT}."


def cyano_diabetic(asked: Asked) -> str | None:
    """R21."""
    if not _is_cyano(asked) or not asked.situation.facts.patient.diabetic_nephropathy:
        return None
    return "Diabetic kidney disease is recorded; choose hydroxocobalamin or methylcobalamin."


def egfr_unknown(asked: Asked) -> str | None:
    """R20, D10."""
    if not _is_cyano(asked) or asked.situation.newest_egfr(asked.on) is not None:
        return None
    months = asked.situation.defaults.d10_months
    return f"There is no kidney function of the {months} months up to {say(asked.on)}."


def other_drug(asked: Asked) -> str | None:
    """R19."""
    if asked.request.drug == B12Drug.HYDROXOCOBALAMIN:
        return None
    return "Hydroxocobalamin stays in the body longest and is the preferred product."


def mecobalamin_cblc(asked: Asked) -> str | None:
    """R22: in cblC (MMACHC)."""
    disorders = asked.situation.causes(CauseKind.INHERITED_COBALAMIN_DISORDER)
    if asked.request.drug != B12Drug.MECOBALAMIN or all(cause.gene != Gene.MMACHC for cause in disorders):
        return None
    return "In cblC (MMACHC) ask the metabolic specialist about methylcobalamin."


def off_label(asked: Asked) -> str | None:
    """R17: hydroxocobalamin is licensed for use into the muscle."""
    if asked.request.drug != B12Drug.HYDROXOCOBALAMIN or asked.request.route != Route.SC:
        return None
    return (
        "Hydroxocobalamin is licensed into the muscle; deep under the skin is accepted practice, off label."
    )


def parenteral_required(asked: Asked) -> str | None:
    """R12 to R16."""
    if asked.request.route != Route.ORAL:
        return None
    grounds = _grounds_for_injections(asked)
    return f"B12 by mouth is not enough: {', '.join(grounds)}." if grounds else None


def _grounds_for_injections(asked: Asked) -> list[str]:
    situation = asked.situation
    grounds = []
    if situation.shows_involvement:
        grounds.append(f"neurological findings on {say(situation.assessments[-1].on)}")
    anaemia = situation.causes(CauseKind.PERNICIOUS_ANAEMIA)
    if any(cause.intrinsic_factor_antibody == Antibody.POSITIVE for cause in anaemia):
        grounds.append("pernicious anaemia with intrinsic factor antibody")
    if situation.long_causes(CauseKind.ILEAL_RESECTION, RESECTION_CM):
        grounds.append("ileal resection of more than 20 cm")
    if situation.long_causes(CauseKind.CROHNS_ILEAL, CROHNS_CM):
        grounds.append("Crohn's disease of more than 30 cm of ileum")
    treated = situation.phase in (Phase.LOADING, Phase.MAINTENANCE)
    if situation.has_bariatric_surgery and (treated or situation.latest_b12_class == ResultClass.LOW):
        grounds.append("bariatric surgery with B12 deficiency")
    return grounds


def alternate_days_needed(asked: Asked) -> str | None:
    """R5."""
    situation = asked.situation
    if situation.phase not in (Phase.NOT_STARTED, Phase.LOADING) or not situation.shows_involvement:
        return None
    if asked.request.regimen == Regimen.ALTERNATE_DAY:
        return None
    return f"Neurological findings on {say(situation.assessments[-1].on)}: alternate days are needed."


def overtreatment(asked: Asked) -> str | None:
    """R9."""
    latest = asked.situation.latest_assessment
    if asked.request.regimen != Regimen.ALTERNATE_DAY or latest is None or not latest.is_clear:
        return None
    return f"All five domains were clear on {say(latest.on)}; three times weekly for two weeks is enough."


def assessment_incomplete(asked: Asked) -> str | None:
    """R1."""
    situation = asked.situation
    if situation.phase != Phase.NOT_STARTED or asked.request.regimen not in LOADING_REGIMENS:
        return None
    if any(row.is_complete for row in situation.assessments):
        return None
    return "Loading begins after all five neurological domains have been assessed."


def under_age(asked: Asked) -> str | None:
    """D3."""
    birth_date = asked.situation.facts.patient.birth_date
    if asked.situation.phase != Phase.NOT_STARTED or birth_date is None:
        return None
    years = asked.situation.defaults.d3_adult_years
    if asked.on >= age_reached_on(birth_date, years):
        return None
    return f"Born on {say(birth_date)}, under {years} years: a specialist decides."
