"""Invented records for property tests: dense enough that rules meet, spread over two years."""

from datetime import date, time, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from patients.analytes import ANALYTES
from patients.vocabulary import (
    Analyte,
    Antibody,
    B12Drug,
    BeganWith,
    CauseKind,
    Comparator,
    Gene,
    Interval,
    MedicationDrug,
    PregnancyStatus,
    Route,
    Sex,
)
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

FIRST_DAY = date(2026, 1, 1)
SPAN_DAYS = 500

days = st.integers(0, SPAN_DAYS).map(lambda n: FIRST_DAY + timedelta(n))
maybe_days = st.none() | days
intervals = st.sampled_from(list(Interval))
# Values around the limits, where the rules turn.
VALUES = {
    Analyte.B12: ["100", "133", "150", "180", "200", "258", "300", "350", "400"],
    Analyte.MMA: ["200", "271", "300"],
    Analyte.HOMOCYSTEINE: ["8", "10", "12"],
    Analyte.FOLATE: ["4", "9.1", "12"],
    Analyte.HB: ["105", "115", "125", "140"],
    Analyte.MCV: ["95", "100", "108"],
    Analyte.FERRITIN: ["29.9", "30", "50"],
    Analyte.TRANSFERRIN_SATURATION: ["19", "20"],
    Analyte.EGFR: ["45", "50", "90"],
    Analyte.POTASSIUM: ["3.4", "3.5"],
    Analyte.VITAMIN_D: ["29", "30", "60", "75"],
    Analyte.THIAMINE: ["90"],
    Analyte.CALCIUM: ["2.3"],
    Analyte.VITAMIN_A: ["1.2"],
}


@st.composite
def labs(draw: st.DrawFn) -> Lab:
    analyte = draw(st.sampled_from([Analyte.B12, Analyte.B12, Analyte.B12, *VALUES]))
    return Lab(
        draw(days),
        analyte,
        Decimal(draw(st.sampled_from(VALUES[analyte]))),
        draw(st.sampled_from(sorted(ANALYTES[analyte].by_code))),
        draw(st.sampled_from([None, None, None, None, *Comparator])),
        draw(st.none() | st.just(time(9))),
        draw(st.sampled_from([None, None, True, False])),
        "lab",
    )


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    on = draw(days)
    kind = draw(
        st.sampled_from(
            ["start_treatment", "start_treatment", "start_prophylaxis", "take_over", "plateau_confirmed"]
            + ["change_interval", "change_interval", "stop", "close"]
        )
    )
    if kind == "start_treatment":
        return Decision(
            on,
            kind,
            protocol=draw(st.sampled_from(["alternate_day", "three_times_weekly"])),
            maintenance_interval=draw(st.sampled_from([None, "2mo", "3mo"])),
        )
    if kind == "start_prophylaxis":
        return Decision(on, kind, interval=draw(st.none() | intervals))
    if kind == "take_over":
        return Decision(
            on, kind, interval=draw(intervals), began_with=draw(st.none() | st.sampled_from(list(BeganWith)))
        )
    return Decision(on, kind, to=draw(intervals) if kind == "change_interval" else None)


@st.composite
def dose_runs(draw: st.DrawFn) -> list[Injection]:
    """Doses at a rhythm, as a plan would give them, now and then of another drug or route."""
    on, step, count = draw(days), draw(st.sampled_from([1, 2, 2, 3, 4, 7, 30, 61])), draw(st.integers(0, 9))
    return [
        Injection(
            on + timedelta(step * n),
            draw(st.none() | st.just(time(10))),
            draw(st.sampled_from([*[B12Drug.HYDROXOCOBALAMIN] * 6, *B12Drug])),
            route=draw(st.sampled_from([*[Route.IM] * 8, Route.SC, Route.IV])),
            ref="injection",
        )
        for n in range(count)
    ]


assessments = st.builds(
    Assessment,
    days,
    st.tuples(*[st.sampled_from([0, 0, 0, 0, 0, 1, 2, None])] * 5) | st.just((0, 0, 0, 0, 0)),
)
causes = st.builds(
    Cause,
    st.sampled_from(list(CauseKind)),
    resolved_on=st.none() | st.none() | days,
    intrinsic_factor_antibody=st.sampled_from(list(Antibody)),
    length_cm=st.sampled_from(
        [None, Decimal("20"), Decimal("20.5"), Decimal("30"), Decimal("45"), Decimal("61")]
    ),
    gene=st.sampled_from(list(Gene)),
)
medications = st.builds(
    Medication,
    st.sampled_from(list(MedicationDrug)),
    days,
    maybe_days,
    dose_mg=st.sampled_from([None, Decimal("0.4"), Decimal(5)]),
    dose_ug=st.sampled_from([None, Decimal(500), Decimal(1000)]),
)
pregnancies = st.builds(Pregnancy, st.sampled_from(list(PregnancyStatus)), days, maybe_days)
patients = st.builds(
    Patient,
    birth_date=st.sampled_from([None, date(1961, 5, 31), date(1980, 2, 29), date(2012, 3, 1)]),
    sex=st.sampled_from(list(Sex)),
    diabetic_nephropathy=st.booleans(),
    causes=st.lists(causes, max_size=2).map(tuple),
    pregnancies=st.lists(pregnancies, max_size=2).map(tuple),
    medications=st.lists(medications, max_size=3).map(tuple),
)
clinics = st.builds(
    Clinic,
    st.sampled_from([frozenset(range(7)), frozenset(range(5)), frozenset({1}), frozenset({0, 3})]),
    st.frozensets(days, max_size=3),
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """A whole record; rows are in no order, and some are dated after any day of asking."""
    runs = draw(st.lists(dose_runs(), max_size=4))
    return Facts(
        patient=draw(patients),
        clinic=draw(clinics),
        decisions=tuple(draw(st.lists(decisions(), max_size=4))),
        assessments=tuple(draw(st.lists(assessments, max_size=5))),
        injections=tuple(dose for run in runs for dose in run),
        labs=tuple(draw(st.lists(labs(), max_size=8))),
    )
