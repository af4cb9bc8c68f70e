"""The summary for the doctor as data: what a clinician chose of the record, in words."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from patients.models import Clinic, Patient
from schedules.letters.material import DoseGiven, InForce, Material, StandingFlag
from schedules.letters.parts import Letter, Section
from schedules.letters.summary import ALL_PARTS, Choice, summary_letter, usual_flags
from schedules.rules.evaluate import evaluate
from schedules.rules.facts import Assessment
from schedules.timeline_words import Line
from tests.patient.ruth import PLATEAU, TODAY, facts

FLAGS = (
    StandingFlag("SYMPTOM_RECURRENCE", "urgent", "Symptoms are back", "Symptoms are back on 2 Nov 2026."),
    StandingFlag("TROUGH_DRAW_DUE", "info", "Draw blood before this injection", "Blood is best drawn now."),
)


def material(**changes: object) -> Material:
    """Ruth, without a database."""
    clinic = Clinic(name="Riverside Surgery", address="4 Mill Lane\nThornbridge", phone="020 7946 0142")
    patient = Patient(
        clinic=clinic, given_name="Ruth", family_name="Calloway", birth_date=dt.date(1961, 3, 3),
        record_number="RS-20417", allergies_known=True, allergy_note="latex", bleeding_risk="warfarin",
    )  # fmt: skip
    found = Material(
        patient=patient,
        clinic=clinic,
        today=TODAY,
        facts=facts(),
        now=evaluate(facts(), as_of=TODAY),
        plan="Maintenance every 2 months",
        causes="Pernicious anaemia",
        doses=[
            DoseGiven(day, "hydroxocobalamin", Decimal("1000.00"), "im", "deltoid_left", place, batch, "Joy")
            for day, place, batch in (
                (dt.date(2026, 9, 16), "here", "H4471B"),
                (dt.date(2026, 7, 16), "elsewhere", ""),
            )
        ],
        order=InForce("hydroxocobalamin 1000 micrograms into the muscle (IM), every 2 months", PLATEAU, None),
        flags=FLAGS,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def written(found: Material, **chosen: object) -> Letter:
    choice = Choice(ALL_PARTS, tuple(usual_flags(found.flags)))
    return summary_letter(found, replace(choice, **chosen), signed_by="Dr Helen Marsh")  # type: ignore[arg-type]


def section(letter: Letter, heading: str) -> Section:
    return next(each for each in letter.sections if each.heading.startswith(heading))


def table(letter: Letter, heading: str) -> tuple[tuple[str, ...], ...]:
    found = section(letter, heading).table
    assert found is not None
    return found.rows


def test_identity_risks_plan_and_order_always_stand() -> None:
    letter = written(material(), parts=(), flags=())
    assert letter.sections == ()
    assert dict(letter.facts) == {
        "Patient": "Ruth Calloway",
        "Born": "3 Mar 1961 (65 years)",
        "Record number": "RS-20417",
        "Allergies": "latex",
        "Bleeding risk": "warfarin",
        "Plan": "Maintenance every 2 months",
        "Treatment": "since Mon 12 Jan 2026",
        "Order": "hydroxocobalamin 1000 micrograms into the muscle (IM), every 2 months, since Mon 16 Mar 2026",
    }
    assert letter.identity == "Ruth Calloway, born 3 Mar 1961, RS-20417"
    assert letter.clinic_lines == ("4 Mill Lane", "Thornbridge", "Phone 020 7946 0142")


def test_it_is_signed_and_says_what_it_is() -> None:
    letter = written(material())
    assert letter.signed == ("Dr Helen Marsh", "Riverside Surgery", "Mon 23 Nov 2026")
    assert "does not replace it" in letter.foot
    assert "pending review by people" in letter.foot
    assert "18 February 2026" in letter.foot


def test_doses_with_batch_and_where() -> None:
    assert table(written(material()), "Last doses") == (
        (
            "Wed 16 Sep 2026",
            "hydroxocobalamin 1000 micrograms into the muscle (IM), left upper arm",
            "H4471B",
        ),
        (
            "Thu 16 Jul 2026",
            "hydroxocobalamin 1000 micrograms into the muscle (IM), left upper arm, elsewhere",
            "not known",
        ),
    )


def test_next_dates_of_dose_and_blood() -> None:
    rows = dict(table(written(material()), "Next dates"))
    assert rows["Injection"] == "was due Mon 16 Nov 2026"
    assert "Blood test" in rows


def test_latest_results_with_trough_class_and_the_one_before() -> None:
    rows = {row[0]: row[1:] for row in table(written(material()), "Latest results")}
    assert rows["Serum B12"] == (
        "262 pmol/L",
        "16 Jul 2026, before a dose, day 62",
        "440 pg/mL (15 May 2026)",
    )
    assert rows["Methylmalonic acid"] == ("312 nmol/L, high", "16 Jul 2026", "1240 nmol/L, high (9 Jan 2026)")
    assert rows["Ferritin"][0] == "25 micrograms/L, low"


def test_symptoms_now_and_which_way_they_go() -> None:
    found = section(written(material()), "Symptoms")
    assert found.sentences == (
        "Symptom score 4 of 15 on 2 Nov 2026. Worse than before: 2 on 30 Sep 2026. "
        "The first score was 7 on 9 Jan 2026.",
    )
    assert found.table is not None
    assert found.table.rows[0] == (
        "2 Nov 2026",
        "4",
        "numbness, tingling 2, walking, balance 1, memory, thinking 1",
    )
    in_part = facts(assessments=(Assessment(TODAY, (1, None, 0, 0, 0)),))
    row = section(written(material(facts=in_part)), "Symptoms").table
    assert row is not None
    assert row.rows == (("23 Nov 2026", "incomplete", "numbness, tingling 1, walking, balance not assessed"),)


def test_only_the_flags_chosen_with_their_reasons() -> None:
    assert usual_flags(FLAGS) == ["SYMPTOM_RECURRENCE"]
    assert section(written(material()), "To look at").points == (
        ("Symptoms are back.", "Symptoms are back on 2 Nov 2026."),
    )
    headings = [each.heading for each in written(material(), flags=()).sections]
    assert "To look at" not in headings


def test_decisions_of_the_last_year_with_reasons() -> None:
    lines = [
        Line(day, "pen", "Interval changed: every 2 months", "", "Dr Helen Marsh", 1, ("symptoms returned",))
        for day in (TODAY - dt.timedelta(365), TODAY - dt.timedelta(366))
    ]
    [point] = section(written(material(plan_lines=lines)), "Decisions").points
    assert point == (
        "23 Nov 2025:",
        "Interval changed: every 2 months (Dr Helen Marsh). symptoms returned.",
    )


def test_own_words_and_to_whom_line_by_line() -> None:
    letter = written(material(), words="Dear Dr Brown,\r\n\r\nthank you.", to="Dr Brown\n1 Hill Street\n")
    assert letter.opening == ("Dear Dr Brown,", "thank you.")
    assert letter.to == ("Dr Brown", "1 Hill Street")


def test_an_empty_record_says_so() -> None:
    nothing = facts(decisions=(), injections=(), assessments=(), labs=())
    empty = material(
        facts=nothing, now=evaluate(nothing, as_of=TODAY), doses=(), order=None, flags=(), causes=""
    )
    letter = written(empty)
    assert dict(letter.facts)["Order"] == "none in force"
    assert {each.heading: each.empty for each in letter.sections} == {
        "Causes": "None on record.",
        "Last doses": "None on record.",
        "Next dates": "No date is due.",
        "Latest results": "None on record.",
        "Symptoms": "Not assessed yet.",
        "Decisions and orders of the last year": "None on record.",
    }
