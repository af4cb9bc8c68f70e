"""Harbour Clinic's patients; its laboratory reports in mass units."""

from datetime import date

from schedules.demo.riverside import BYPASS, DIET, OTHER, PA, PA_UNKNOWN, SLEEVE, crohns, resection
from schedules.demo.stories import Called, Decided, Measured, Scored, Story, Takes

STORIES = (
    Story(
        "HC-1042", "Margaret Surette", date(1952, 4, 8), "female", (PA,), "alternate_day", "2mo", doses=10,
        loading_days=58, due=0, before=(2, 2, 1, 0, 0), after=(1, 0, 0, 0, 0), booked_at="09:20",
    ),
    Story(
        "HC-1077", "Émile Doucet", date(1967, 10, 19), "male", (PA_UNKNOWN,), "three_times_weekly", "3mo",
        doses=6, loading_days=12, due=0, booked_at="09:40",
    ),
    Story(
        "HC-1198", "Åsa Bergström", date(1973, 1, 31), "female", (BYPASS,), "prophylaxis", "1mo", doses=14,
        due=0, given_at="08:50", b12=180,
    ),
    Story(
        "HC-1203", "Trevor Noseworthy", date(1945, 5, 5), "male", (OTHER,), "prophylaxis", "1mo", doses=18, due=-3,
        extras=(Takes("metformin", 3100), Takes("proton_pump_inhibitor", 1400)), mail="",
    ),
    Story(
        "HC-1240", "Łucja Nowicka", date(1989, 3, 3), "female", (DIET,), "three_times_weekly", "2mo", doses=4,
        due=1, booked_at="11:00", booked_in=1, b12=112,
    ),
    Story(
        "HC-0912", "Angus Rankin", date(1954, 12, 30), "male", (PA,), "alternate_day", "3mo", doses=12,
        loading_days=90, due=12, before=(3, 3, 1, 0, 2), after=(2, 1, 0, 0, 1),
        extras=(
            Decided(
                150, "change_interval", {"interval": "3mo", "reasons": ["symptom_free"]},
                (("NEURO_MAX_2_MONTHS", "informed_choice", "No new symptoms for two years; wishes to come less."),),
            ),
        ),
    ),
    Story(
        "HC-1111", "Fatou Diallo", date(1995, 7, 2), "female", (SLEEVE,), "three_times_weekly", "3mo", doses=3,
        loading_days=12, due=35, shows=("SUGGEST_MONTHLY",),
        extras=(
            Measured(90, ("vitamin_d 34 ng/mL", "thiamine 110 nmol/L", "calcium 9.4 mg/dL", "vitamin_a 52 ug/dL")),
        ),
    ),
    Story(
        "HC-1256", "Peter Chisholm", date(1977, 8, 8), "male", (PA,), "alternate_day", "2mo", doses=9,
        dues=(1, 2, 0, -1, -2, -3, -4),
        before=(2, 1, 0, 0, 0), after=(1, 1, 0, 0, 0), shows=("ALT_DAY_GAP",), b12=64,
    ),
    Story(
        "HC-0877", "Sylvia Boutilier", date(1960, 6, 6), "female", (PA,), "three_times_weekly", "4wk", doses=16,
        loading_days=12, due=9,
        extras=(Decided(430, "change_interval", {"interval": "4wk", "reasons": ["symptoms_returned"]}),),
    ),
    Story(
        "HC-0954", "Graham Oickle", date(1971, 11, 11), "male", (PA,), "alternate_day", "3wk", doses=18,
        loading_days=50, due=11, before=(2, 1, 1, 0, 0), after=(1, 0, 0, 0, 0),
        extras=(Decided(365, "change_interval", {"interval": "3wk", "reasons": ["symptoms_returned"]}),),
    ),
    Story(
        "HC-0981", "Heather LeBlanc", date(1982, 2, 20), "female", (PA,), "alternate_day", "1wk", doses=26,
        loading_days=70, due=3, before=(2, 2, 2, 0, 0), after=(1, 1, 1, 0, 0), wrong_entry="injection",
        extras=(
            Decided(
                180, "change_interval", {"interval": "1wk", "reasons": ["symptoms_returned", "patient_preference"]},
                note="Worse by day 10 of every cycle; working again since on every week.",
            ),
        ),
    ),
    Story(
        "HC-1003", "Dougal MacInnis", date(1950, 1, 15), "male", (resection(60),), "prophylaxis", "1mo", doses=25,
        due=17, bleeding="Warfarin", renewed_ago=380,
    ),
    Story(
        "HC-1129", "Yvonne Thibodeau", date(1963, 9, 23), "female", (crohns(75),), "prophylaxis", "1mo", doses=11,
        due=20, mail="unsubscribed",
    ),
    Story(
        "HC-1164", "Calvin Prosper", date(1998, 4, 26), "male", (DIET,), "three_times_weekly", "3mo", doses=1,
        loading_days=12, due=45, allergy="benzyl alcohol",
    ),
    Story(
        "HC-1270", "Robin Tanner", date(1979, 3, 12), "unknown", (OTHER,),
        extras=(Measured(3, ("b12 140 pg/mL", "hb 10.1 g/dL", "mcv 109 fL")), Scored(3, (2, 0, 1, 0, 0))),
        shows=("START_IMMEDIATELY",), calls=(Called(1, "no_answer"),),
    ),
    Story(
        "HC-1033", "Judith Cormier", date(1956, 5, 29), "female", (PA,), "take_over", "2mo", doses=4,
        began_with="alternate_day", due=26, before=(1, 1, 0, 0, 0), after=(1, 1, 0, 0, 0),
    ),
)  # fmt: skip
