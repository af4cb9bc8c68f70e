"""Riverside Surgery's patients."""

from datetime import date
from typing import Any

from schedules.demo.stories import Answered, Called, Decided, Expects, Gave, Measured, Scored, Story, Takes

PA: dict[str, Any] = {"kind": "pernicious_anaemia", "intrinsic_factor_antibody": "positive"}
PA_UNKNOWN: dict[str, Any] = {"kind": "pernicious_anaemia", "intrinsic_factor_antibody": "unknown"}
BYPASS: dict[str, Any] = {"kind": "bariatric_surgery", "procedure": "roux_en_y"}
SLEEVE: dict[str, Any] = {"kind": "bariatric_surgery", "procedure": "sleeve_gastrectomy"}
DIET: dict[str, Any] = {"kind": "dietary", "note": "Vegan for many years"}
OTHER: dict[str, Any] = {"kind": "other", "note": "Cause not found yet"}


def resection(cm: int) -> dict[str, Any]:
    """Ileal resection of so many centimetres."""
    return {"kind": "ileal_resection", "length_cm": cm}


def crohns(cm: int) -> dict[str, Any]:
    """Crohn's disease over so many centimetres of ileum."""
    return {"kind": "crohns_ileal", "length_cm": cm}


BOOKED_TODAY = (
    Story(
        "RS-20417", "Ruth Calloway", date(1961, 3, 3), "female", (PA,), "alternate_day", "2mo", doses=9,
        loading_days=68, due=0, before=(3, 2, 2, 0, 0), after=(1, 1, 0, 0, 0), b12=89, treated=342,
        blood_until=200, wears_off=True, punctual=True, booked_at="10:20",
        extras=(
            Measured(185, ("b12 244 pmol/L", "mma 296 nmol/L", "homocysteine 9.1 umol/L", "hb 131 g/L"), True),
            Measured(124, ("b12 262 pmol/L", "mma 312 nmol/L", "homocysteine 9.6 umol/L", "hb 132 g/L"), True),
            Measured(124, ("mcv 93 fL", "ferritin 61 ug/L", "transferrin_saturation 26 %"), True),
            Scored(124, (1, 1, 0, 0, 0)),
            Answered(76, (2, 1, 0, 0, 0)),
            Answered(15, (2, 2, 1, 0, 0), "Tired again, and my feet are numb every evening."),
            Scored(14, (2, 1, 1, 0, 0), "Phoned: tired and numb again, as before each dose lately"),
        ),
        shows=("SYMPTOM_RECURRENCE", "MMA_ABOVE_TARGET", "SUGGEST_MONTHLY", "TROUGH_DRAW_DUE"),
    ),
    Story(
        "RS-18833", "Daniel Osei", date(1978, 5, 19), "male", (PA,), "alternate_day", "2mo", doses=6, due=-1,
        before=(2, 1, 1, 0, 0), after=(1, 0, 0, 0, 0), b12=71, booked_at="10:30",
    ),
    Story(
        "RS-22190", "Priya Raman", date(1992, 8, 8), "female", (DIET,), "three_times_weekly", "3mo", doses=0,
        due=0, b12=104, booked_at="10:40",
    ),
    Story(
        "RS-03318", "Henry Blackwood", date(1947, 2, 11), "male", (resection(35),), "prophylaxis", "1mo",
        doses=21, due=0, b12=210, bleeding="Apixaban", booked_at="11:00", mail="",
    ),
    Story(
        "RS-11402", "Samuel Ferreira", date(1963, 6, 30), "male", (PA,), "three_times_weekly", "3mo", doses=5,
        loading_days=12, due=-4, booked_at="11:20", calls=(Called(1, "agreed_date", "Could not come on Friday"),),
    ),
    Story(
        "RS-21760", "Leila Haddad", date(1985, 10, 2), "female", (BYPASS,), "prophylaxis", "1mo", doses=3,
        due=0, b12=265, booked_at="14:00", shows=("TROUGH_DRAW_DUE",),
    ),
    Story(
        "RS-15507", "Grace Lindqvist", date(1968, 1, 21), "female", (PA,), "alternate_day", "1mo", doses=30,
        loading_days=45, due=2, before=(2, 2, 0, 0, 1), after=(0, 0, 0, 0, 0), booked_at="14:20",
        extras=(Decided(760, "change_interval", {"interval": "1mo", "reasons": ["symptoms_returned"]}),),
    ),
)  # fmt: skip

LATE = (
    Story(
        "RS-17725", "Malcolm Byrne", date(1974, 4, 4), "male", (PA,), "alternate_day", "2mo", doses=4, due=-5,
        before=(2, 3, 1, 0, 0), after=(1, 1, 0, 0, 0), b12=62,
        calls=(Called(1, "no_answer", "Left a message to ring back"),),
        shows=("MISSED_INJECTION",),
    ),
    Story(
        "RS-06642", "Edith Halloran", date(1950, 7, 15), "female", (PA,), "alternate_day", "2mo", doses=14,
        loading_days=54, due=-23, before=(1, 2, 1, 0, 0), calls=(Called(3, "call_later", "After lunch", 0),),
        mail="", shows=("MISSED_INJECTION",),
    ),
    Story(
        "RS-19931", "Ahmed Karimi", date(1981, 9, 27), "male", (DIET,), "three_times_weekly", "3mo", doses=3,
        loading_days=12, due=-9, shows=("TROUGH_DRAW_DUE",),
    ),
    Story(
        "RS-12048", "Bronwen Pugh", date(1959, 3, 9), "female", (PA_UNKNOWN,), "three_times_weekly", "1mo",
        doses=11, loading_days=12, due=-6, mail="bounced", calls=(Called(3, "wrong_number"),),
        extras=(Decided(300, "change_interval", {"interval": "1mo", "reasons": ["patient_preference"]}),),
    ),
    Story(
        "RS-17002", "Walter Finch", date(1944, 12, 1), "male", (OTHER,), "prophylaxis", "1mo", doses=9,
        dues=(-38, -40, -36, -43, -46),
        extras=(Takes("metformin", 2600),), calls=(Called(9, "no_answer"), Called(2, "told_in_person", "His son")),
        shows=("RELOAD_REVIEW", "MISSED_INJECTION"),
    ),
    Story(
        "RS-22311", "Nadia Rahimi", date(1990, 11, 30), "female", (OTHER,), "three_times_weekly", "3mo", doses=3,
        due=-7, b12=118, calls=(Called(2, "other", "On holiday, back next week", 5),),
        shows=("LOADING_RESTART_REVIEW", "MISSED_INJECTION"),
    ),
)  # fmt: skip

COMING = (
    Story(
        "RS-22014", "Oliver Nnamdi", date(1997, 5, 6), "male", (PA,), "alternate_day", "2mo", doses=1,
        loading_days=62, due=3, before=(1, 0, 1, 0, 0), after=(0, 0, 0, 0, 0), shows=("TROUGH_DRAW_DUE",),
        extras=(Answered(8, (0, 0, 0, 0, 0)),),
    ),
    Story(
        "RS-16650", "Sofia Marchetti", date(1971, 2, 2), "female", (PA,), "three_times_weekly", "3mo", doses=8,
        loading_days=12, due=4, mail="failed",
    ),
    Story(
        "RS-08127", "Keith Aldous", date(1956, 6, 18), "male", (PA,), "alternate_day", "3mo", doses=15,
        loading_days=80, due=7, before=(2, 1, 0, 0, 2), after=(1, 0, 0, 0, 0),
        extras=(
            Answered(3, (2, 1, 0, 0, 0), "My feet feel like cotton wool since last week. I stumbled on the stairs."),
            Decided(
                200, "change_interval", {"interval": "3mo", "reasons": ["patient_preference"]},
                (("NEURO_MAX_2_MONTHS", "informed_choice", "Works abroad for ten weeks at a time; knows the risk."),),
            ),
        ),
    ),
    Story(
        "RS-20884", "Joan Petrie", date(1966, 9, 12), "female", (PA,), "alternate_day", "2mo", doses=6,
        loading_days=47, due=0, given_at="09:10", before=(1, 1, 0, 1, 0),
    ),
    Story(
        "RS-14471", "Martin Szabo", date(1958, 1, 5), "male", (resection(28),), "prophylaxis", "1mo", doses=17,
        due=0, given_at="09:30", b12=190,
    ),
    Story(
        "RS-21035", "Amelia Clarke", date(1999, 3, 28), "female", (DIET,), "three_times_weekly", "3mo", doses=2,
        loading_days=12, due=0, given_at="09:50",
    ),
    Story(
        "RS-22102", "Rosa Delgado", date(1983, 4, 17), "female", (PA,), "three_times_weekly", "2mo", doses=4,
        due=2, booked_at="09:40", booked_in=2, b12=99,
        extras=(Measured(5, ("potassium 3.1 mmol/L", "hb 98 g/L", "mcv 112 fL")),), shows=("LOW_POTASSIUM",),
    ),
    Story(
        "RS-15120", "Beatrice Hollis", date(1953, 8, 25), "female", (PA,), "three_times_weekly", "2mo", doses=13,
        loading_days=12, due=6, treated=150, last_values=("b12 121 pmol/L", "mma 410 nmol/L"),
        extras=(Answered(5, (0, 0, 0, None, 0), "All well, thank you."),),
        shows=("LOW_TROUGH_REVIEW",),
    ),
    Story(
        "RS-19260", "Patrick Doyle", date(1979, 10, 10), "male", (SLEEVE,), "prophylaxis", "2wk", doses=24,
        due=5, shows=("VITAMIN_D_BELOW_TARGET",),
        extras=(
            Measured(60, ("vitamin_d 41 nmol/L", "thiamine 96 nmol/L", "calcium 2.31 mmol/L", "vitamin_a 1.6 umol/L")),
            Takes("oral_b12", 900, 420, ug="1000"),
        ),
    ),
)  # fmt: skip

WATCHED = (
    Story(
        "RS-21488", "Irene Kowalczyk", date(1957, 12, 19), "female", (PA,), "alternate_day", "2mo", doses=21,
        due=1, before=(2, 2, 1, 0, 0), after=(1, 1, 0, 0, 0), b12=58, punctual=True,
        extras=tuple(Scored(ago, (1, 1, 0, 0, 0)) for ago in (20, 13, 6)), shows=("PLATEAU_CANDIDATE",),
    ),
    Story(
        "RS-22075", "George Abara", date(1970, 3, 14), "male", (PA,), "alternate_day", "2mo", doses=5, due=1,
        before=(1, 1, 0, 0, 0), after=(1, 1, 0, 0, 0), b12=66,
        extras=(Scored(1, (2, 2, 0, 0, 0), "Unsteady since Friday"),), shows=("NEURO_WORSENING",),
    ),
    Story(
        "RS-20910", "Tessa Brandt", date(1988, 6, 3), "female", (DIET,), "three_times_weekly", "3mo", doses=2,
        loading_days=12, due=40, extras=(Scored(6, (1, 0, 0, 0, 0), "Tingling in both feet, new"),),
        shows=("NEURO_ONSET_SWITCH_PROTOCOL",),
    ),
    Story(
        "RS-22254", "Colin Marsh-Reid", date(1976, 1, 29), "male", (OTHER,), "three_times_weekly", "3mo", doses=2,
        due=1, before=(0, 0, 0, 0, None), b12=110, shows=("NEURO_ASSESSMENT_INCOMPLETE",),
        overrides=(
            ("NEURO_ASSESSMENT_INCOMPLETE", "other", "Sight could not be tested on the day; optician booked."),
        ),
        codes=("NEURO_ASSESSMENT_INCOMPLETE",),
    ),
    Story(
        "RS-22287", "Hanna Vogel", date(1962, 7, 7), "female", (PA_UNKNOWN,), "alternate_day", "2mo", doses=2,
        due=0, before=(0, 0, 0, 2, 0), after=(0, 0, 0, 1, 0), b12=101, booked_at="15:00",
        shows=("GLOSSITIS_ONLY_CONFIRM",),
    ),
    Story(
        "RS-17390", "Desmond Achebe", date(1955, 5, 22), "male", (PA,), "alternate_day", "2mo", doses=7,
        loading_days=60, dues=(-20, -22, -25, -29), before=(2, 1, 0, 0, 0), after=(1, 0, 0, 0, 0), blood_until=260,
        shows=("RECHECK_OVERDUE",), calls=(Called(11, "told_in_person", "Will have the blood taken next time"),),
    ),
    Story(
        "RS-18044", "Marion Tate", date(1965, 11, 2), "female", (PA,), "three_times_weekly", "3mo", doses=4,
        loading_days=12, due=50, without=("homocysteine",), shows=("CHECK_INCOMPLETE",),
    ),
    Story(
        "RS-19577", "Felix Adeyemi", date(1987, 2, 8), "male", (DIET,), "three_times_weekly", "1mo", doses=5,
        loading_days=12, dues=(22, 20, 24, 18, 16), extras=(
            Decided(150, "change_interval", {"interval": "1mo", "reasons": ["symptoms_persist"]}),
            Measured(3, ("b12 1240 pmol/L",), False),
        ),
        shows=("NOT_TROUGH", "B12_WITHIN_14D_OF_DOSE"),
    ),
    Story(
        "RS-20133", "Wendy Ashworth", date(1949, 4, 13), "female", (OTHER,), "take_over", "3mo", doses=2,
        began_with="three_times_weekly", due=30, last_values=("b12 190 pmol/L",), without=("mma",),
        shows=("B12_BORDERLINE",),
    ),
    Story(
        "RS-18692", "Victor Lam", date(1972, 12, 24), "male", (PA,), "alternate_day", "2mo", doses=8,
        loading_days=51, due=33, treated=480, before=(1, 0, 2, 0, 0), after=(0, 0, 1, 0, 0),
        without=("mma", "homocysteine"),
        shows=("FUNCTIONAL_DEFICIENCY_CHECK",),
    ),
    Story(
        "RS-16203", "Agnes Thornley", date(1946, 10, 31), "female", (PA,), "alternate_day", "1mo", doses=20,
        loading_days=62, due=18, before=(3, 3, 2, 0, 1), after=(1, 1, 1, 0, 0), mail="",
        extras=(
            Decided(600, "change_interval", {"interval": "1mo", "reasons": ["symptoms_returned"]}),
            Measured(40, ("ferritin 14 ug/L", "transferrin_saturation 11 %", "homocysteine 13.4 umol/L")),
        ),
        shows=("IRON_DEFICIENCY_MAY_BLUNT_RESPONSE", "HOMOCYSTEINE_ABOVE_TARGET"), wrong_entry="result",
    ),
    Story(
        "RS-21921", "Nina Petrova", date(1994, 1, 17), "female", (BYPASS,), "prophylaxis", "1mo", doses=12,
        due=12, extras=(Expects("planning", 260, 120), Expects("pregnant", 120)),
    ),
    Story(
        "RS-14938", "Ivan Sorensen", date(1960, 8, 1), "male", (PA,), "three_times_weekly", "3mo", doses=7,
        loading_days=12, due=61, extras=(Gave(16, note="Travelling next month, asked to have it early"),),
        shows=("EARLY_DOSE",),
    ),
)  # fmt: skip

NOT_STARTED = (
    Story(
        "RS-22330", "Carla Esposito", date(1980, 5, 5), "female", (OTHER,), b12=72,
        extras=(
            Measured(1, ("b12 72 pmol/L", "hb 91 g/L", "mcv 118 fL", "platelets 132 10*9/L")),
            Measured(1, ("egfr 88 mL/min/{1.73_m2}",)),
            Scored(0, (0, 0, 0, 0, 0)),
        ),
        shows=("START_IMMEDIATELY",),
    ),
    Story(
        "RS-22335", "Jamal Wright", date(1991, 9, 9), "male", (DIET,),
        extras=(Measured(2, ("b12 118 pmol/L", "hb 147 g/L", "mcv 94 fL", "folate 16 nmol/L")),),
        shows=("B12_DEFICIENT_TREAT",),
    ),
    Story(
        "RS-22318", "Lucy Hargreaves", date(1975, 3, 20), "female", (resection(45),),
        extras=(Measured(6, ("b12 298 pmol/L", "hb 128 g/L", "mcv 92 fL")),), shows=("PROPHYLAXIS_INDICATED",),
    ),
    Story(
        "RS-22321", "Owen Prosser", date(1986, 6, 26), "male", (crohns(42),),
        extras=(Measured(8, ("b12 310 pmol/L",)),), shows=("CROHNS_30_60_CONFIRM",),
    ),
    Story(
        "RS-22340", "Zara Iqbal", date(2001, 12, 12), "female", (OTHER,),
        extras=(Measured(4, ("b12 <200 pmol/L", "hb 121 g/L", "mcv 96 fL")),), shows=("UNDECIDABLE_RESULT",),
    ),
    # Ruth Calloway (RS-20417) once more, registered anew with a slip in the name: to be merged.
    Story(
        "RS-22344", "Ruth Caloway", date(1961, 3, 3), "female", (),
        extras=(Measured(11, ("hb 132 g/L", "mcv 92 fL")),),
    ),
)  # fmt: skip

MEDICINES = (
    Story(
        "RS-18320", "Stella Novak", date(1969, 2, 27), "female", (PA,), "alternate_day", "2mo", doses=3, due=0,
        b12=79, before=(1, 0, 1, 0, 0), after=(0, 0, 0, 0, 0), extras=(Takes("folic_acid", 25, mg="5"),),
        shows=("FOLATE_MASKING",), booked_at="15:20",
    ),
    Story(
        "RS-17844", "Leonard Quist", date(1964, 4, 30), "male", (PA,), "three_times_weekly", "3mo", doses=4,
        loading_days=12, due=21, extras=(
            Measured(110, ("folate 6.2 nmol/L",)), Takes("folic_acid", 100, 38, mg="5"),
        ),
        shows=("FOLATE_STOPPED_EARLY",),
    ),
    Story(
        "RS-19008", "Maureen Sykes", date(1948, 11, 18), "female", (OTHER,), "take_over", "1mo", doses=4,
        began_with="unknown", due=27, extras=(
            Measured(70, ("egfr 38 mL/min/{1.73_m2}",)),
            Gave(3, "cyanocobalamin", place="elsewhere", note="Given on the ward, in the discharge letter"),
        ),
        shows=("UNSAFE_INJECTION_RECORDED",),
    ),
    Story(
        "RS-19690", "Basil Georgiou", date(1961, 1, 1), "male", (PA,), "take_over", "1mo", doses=10,
        began_with="three_times_weekly", due=13, drug="cyanocobalamin", shows=("EGFR_UNKNOWN",),
    ),
    Story(
        "RS-20766", "Eleanor Wade", date(2006, 8, 16), "female",
        ({"kind": "inherited_cobalamin_disorder", "gene": "MMACHC"},), "take_over", "twice_weekly", doses=40,
        began_with="alternate_day", due=2, before=(1, 0, 1, 0, 1), after=(1, 0, 1, 0, 1), punctual=True,
    ),
)  # fmt: skip

ENDED = (
    Story(
        "RS-12733", "Norman Bell", date(1939, 2, 3), "male", (PA,), "alternate_day", "2mo", doses=8,
        loading_days=56, due=-40, extras=(
            Decided(30, "close", {"reason": "died", "source": "Telephone call from his daughter"}),
        ),
        calls=(Called(30, "died"),),
    ),
    Story(
        "RS-16009", "Isla Cameron", date(1984, 7, 21), "female", (PA,), "three_times_weekly", "3mo", doses=4,
        loading_days=12, due=-25, extras=(Decided(60, "close", {"reason": "transferred", "source": "Letter"}),),
        calls=(Called(61, "moved_away"),),
    ),
    Story(
        "RS-15885", "Ronald Pike", date(1951, 9, 4), "male", (DIET,), "three_times_weekly", "3mo", doses=5,
        loading_days=12, due=-60, extras=(
            Decided(
                75, "stop", {"reason": "levels_normal"},
                (
                    ("LIFELONG_THERAPY", "informed_choice",
                     "Eats meat again, wishes to try without; bloods in six months."),
                ),
            ),
        ),
    ),
    Story(
        "RS-13356", "Doris Lamb", date(1942, 6, 11), "female", (OTHER,), "prophylaxis", "1mo", doses=5, due=-15,
        extras=(
            Takes("proton_pump_inhibitor", 3000),
            Decided(20, "close", {"reason": "declined", "source": "In person"}),
        ),
        calls=(Called(20, "declined"),),
    ),
)  # fmt: skip

STORIES = (*BOOKED_TODAY, *LATE, *COMING, *WATCHED, *NOT_STARTED, *MEDICINES, *ENDED)
