"""The patient's own record: plain words, everything that is theirs, nothing that is the staff's."""

import datetime as dt
import json

from patients.models import LabResult, Patient
from schedules.actions.refresh import refresh_patients
from schedules.flag_words import WORKFLOW_TITLES
from schedules.letters.material import Answered, Reported, Sent, StandingFlag, material_of
from schedules.letters.own_record import own_record
from schedules.letters.plain_words import PLAIN_WORDS, SOMETHING, plain_words
from schedules.models import Contact, Message
from schedules.rules.flags import TABLE
from tests.letters.test_summary import material, section, table
from tests.record.desk import Desk


def test_every_flag_has_plain_words_for_the_patient() -> None:
    assert {row.code for row in TABLE} | set(WORKFLOW_TITLES) <= set(PLAIN_WORDS)
    assert plain_words("NOT_A_FLAG") == str(SOMETHING)
    assert all(str(said).endswith(".") and "_" not in str(said) for said in PLAIN_WORDS.values())


def test_what_is_looked_at_is_said_once_in_plain_words() -> None:
    flags = [
        StandingFlag(code, "warning", "Title", "Reason")
        for code in ("MMA_ABOVE_TARGET", "HOMOCYSTEINE_ABOVE_TARGET")
    ]
    found = section(own_record(material(flags=flags)), "What is being looked at")
    assert found.points == (("", plain_words("MMA_ABOVE_TARGET")),)
    assert "Title" not in json.dumps(found.points)


def test_results_stand_as_reported_with_the_laboratorys_range() -> None:
    results = [
        Reported(dt.date(2026, 7, 16), "b12", "<262 pmol/L", "150", "700"),
        Reported(dt.date(2026, 7, 16), "mma", "312 nmol/L", "", "271"),
        Reported(dt.date(2026, 7, 16), "hb", "13,2 g/dL"),
    ]
    assert table(own_record(material(results=results)), "Your results") == (
        ("16 Jul 2026", "Serum B12", "<262 pmol/L", "150 to 700"),
        ("16 Jul 2026", "Methylmalonic acid", "312 nmol/L", "up to 271"),
        ("16 Jul 2026", "Haemoglobin", "13,2 g/dL", "–"),
    )


def test_dates_past_and_coming_plan_and_messages() -> None:
    letter = own_record(material(messages=[Sent(dt.date(2026, 9, 15), "Your visit", "ruth@mail.example")]))
    assert section(letter, "Your plan").sentences[:3] == (
        "You are having regular injections for as long as you need them.",
        "Maintenance every 2 months.",
        "Treatment began on 12 Jan 2026.",
    )
    assert len(table(letter, "Dates to come")) > 2
    assert table(letter, "Injections you had")[0] == (
        "Wed 16 Sep 2026",
        "hydroxocobalamin 1000 micrograms, left upper arm",
        "H4471B",
        "Joy",
    )
    assert table(letter, "Messages sent to you") == (("15 Sep 2026", "Your visit", "ruth@mail.example"),)
    assert letter.signed == ()


def test_what_the_patient_said_by_link_is_theirs() -> None:
    said = [Answered(dt.date(2026, 11, 2), "numbness, tingling: a little", "Worse at night")]
    assert table(own_record(material(answered=said)), "What you told us") == (
        ("2 Nov 2026", "numbness, tingling: a little", "Worse at night"),
    )
    assert "What you told us" not in [each.heading for each in own_record(material()).sections]


def test_from_the_record_without_staff_only_parts(desk: Desk, ruth: Patient, today: dt.date) -> None:
    secret = "said by her sister Mary"
    ruth.injections.update(note=secret, place_source=secret)
    ruth.assessments.update(note=secret)
    ruth.decisions.update(note=secret)
    Contact.objects.create(
        clinic=desk.clinic, patient=ruth, outcome="no_answer", note=secret, by=desk.users["coordinator"]
    )
    LabResult.objects.filter(patient=ruth, analyte="ferritin").update(
        error_at="2026-08-01T10:00Z", error_reason="other"
    )
    Message.objects.create(
        clinic=desk.clinic, patient=ruth, kind="visit_coming", announced_on=today, step="1d", to="ruth@mail.example",
        subject="Your visit", text="…", state="sent", sent_at="2026-11-20T10:00Z",
    )  # fmt: skip
    refresh_patients([ruth.pk], cause="test")
    said = json.dumps(own_record(material_of(ruth, today=today)).as_data(), ensure_ascii=False)
    assert secret not in said
    assert desk.users["physician"].name not in said
    assert desk.users["coordinator"].name not in said
    assert desk.users["nurse"].name in said  # she gave the doses
    assert "Ferritin" not in said
    assert "440 pg/mL" in said
    assert "Your visit" in said
