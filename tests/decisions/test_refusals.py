"""What the rules refuse, what a physician may override, and that both are said and kept."""

import datetime as dt
import re
import uuid

import pytest

from patients.models import AccessLog, Medication, Patient
from schedules.actions.refresh import refresh_patients
from schedules.models import Decision, Order
from tests.decisions.signing import GO_AHEAD, INJECTED, ask, assessed, days, on_maintenance, prescribe, sign
from tests.factories import LabResultFactory
from tests.record.desk import TODAY, Desk, address, typed, words


def start(desk: Desk, **fields: str) -> Patient:
    """A patient who may be started on six doses: assessed, nothing found."""
    patient = desk.patient(**fields)
    assessed(patient)
    return patient


def written(desk: Desk, patient: Patient) -> tuple[int, int, int]:
    """How many decisions, orders and medicines are on record."""
    desk.look()
    return tuple(m.objects.filter(patient=patient).count() for m in (Decision, Order, Medication))


def test_into_a_vein_is_refused_and_says_why(desk: Desk) -> None:
    patient = start(desk)
    answer = prescribe(desk.physician, patient, regimen="three_times_weekly", route="iv", **GO_AHEAD)
    assert answer.status_code == 422
    assert "lost in the urine" in words(answer)
    assert "Sign as" not in words(answer)
    assert written(desk, patient) == (0, 0, 0)


def test_a_dose_that_is_a_slip_of_the_unit_is_refused_whatever_the_reason(desk: Desk) -> None:
    patient = start(desk)
    answer = prescribe(desk.physician, patient, regimen="three_times_weekly", unit="mg", **GO_AHEAD)
    assert "check the unit" in words(answer)
    assert written(desk, patient) == (0, 0, 0)


def test_one_milligram_is_a_thousand_micrograms(desk: Desk) -> None:
    patient = start(desk)
    assert (
        prescribe(desk.physician, patient, regimen="three_times_weekly", dose="1", unit="mg").status_code
        == 302
    )
    desk.look()
    assert Order.objects.get(patient=patient).dose_ug == 1000


@pytest.mark.parametrize(("egfr", "refused"), [("49", True), ("49.9", True), ("50", False)])
def test_cyanocobalamin_with_weak_kidneys_needs_an_override(desk: Desk, egfr: str, refused: bool) -> None:
    patient = start(desk)
    LabResultFactory(patient=patient, analyte="egfr", value=egfr, unit="mL/min/{1.73_m2}", drawn_on=TODAY)
    cyano = {"regimen": "three_times_weekly", "drug": "cyanocobalamin"}
    answer = prescribe(desk.physician, patient, **cyano)
    assert (answer.status_code == 422) is refused
    if refused:
        assert f"Kidney function was {egfr}" in words(answer)
        assert written(desk, patient) == (0, 0, 0)
        assert prescribe(desk.physician, patient, **cyano, **GO_AHEAD).status_code == 302
    desk.look()
    [order] = Order.objects.filter(patient=patient)
    kept = [{"code": "CYANO_EGFR_LT_50", "reason": "specialist_advice", "sentence": "Agreed with neurology."}]
    assert order.overrides == (kept if refused else [])
    assert "PREFER_HYDROXOCOBALAMIN" in order.codes


def test_a_refused_page_sent_again_with_a_reason_is_signed(desk: Desk) -> None:
    """The same page, the same token: refused once, it is not taken for recorded."""
    patient, token = on_maintenance(desk), uuid.uuid4()
    stop = {"reason": "levels_normal", "token": token}
    assert sign(desk.physician, "decide_stop", patient, **stop).status_code == 422
    assert sign(desk.physician, "decide_stop", patient, **stop, **GO_AHEAD).status_code == 302
    assert desk.schedule(patient).phase == "stopped"


@pytest.mark.parametrize(
    "half",
    [
        {"override_reason": "other"},
        {"override_note": "Because."},
        {"override_reason": "other", "override_note": "  "},
    ],
)
def test_an_override_is_a_reason_and_a_sentence(desk: Desk, half: dict[str, str]) -> None:
    patient = on_maintenance(desk)
    answer = sign(desk.physician, "decide_stop", patient, reason="levels_normal", **half)
    assert answer.status_code == 422
    assert desk.schedule(patient).phase == "maintenance"


def test_stopping_in_pernicious_anaemia_is_refused(desk: Desk) -> None:
    patient = on_maintenance(desk)
    patient.causes.create(clinic=desk.clinic, kind="pernicious_anaemia")
    answer = sign(desk.physician, "decide_stop", patient, reason="other")
    assert answer.status_code == 422
    assert "The cause lasts: Pernicious anaemia" in words(answer)
    assert desk.schedule(patient).phase == "maintenance"


def test_folic_acid_before_b12_is_corrected_is_refused_and_an_override_kept(desk: Desk) -> None:
    patient = start(desk)
    LabResultFactory(patient=patient, value=100)
    answer = sign(desk.physician, "decide_folic_acid", patient, dose_mg="5")
    assert answer.status_code == 422
    assert "hide the anaemia while nerve damage goes on" in words(answer)
    assert written(desk, patient) == (0, 0, 0)
    sign(desk.physician, "decide_folic_acid", patient, dose_mg="5", **GO_AHEAD)
    desk.look()
    [medicine] = Medication.objects.filter(patient=patient)
    assert medicine.overrides[0]["code"] == "FOLATE_BEFORE_B12"
    assert medicine.overrides[0]["sentence"] == "Agreed with neurology."
    assert "FOLATE_MASKING" in desk.flags(patient)


def test_an_interval_for_a_level_alone_is_refused(desk: Desk) -> None:
    patient = on_maintenance(desk)
    answer = sign(desk.physician, "decide_interval", patient, to="1mo", reasons=["b12_level"])
    assert answer.status_code == 422
    assert "never laboratory values alone" in words(answer)
    assert desk.schedule(patient).interval == "3mo"


def test_an_interval_without_a_reason_is_refused_for_good(desk: Desk) -> None:
    patient = on_maintenance(desk)
    answer = sign(desk.physician, "decide_interval", patient, to="1mo", **GO_AHEAD)
    assert "Choose at least one reason" in words(answer)
    assert desk.schedule(patient).interval == "3mo"


def test_for_returning_symptoms_the_interval_changes_and_the_preview_shows_the_dates(desk: Desk) -> None:
    patient = on_maintenance(desk)
    chosen = {"to": "1mo", "reasons": ["symptoms_returned", "b12_level"]}
    page = ask(desk.physician, "decide_interval", patient, **chosen)
    text = words(page)
    assert "Fits the guideline" in text
    assert "Sun 12 Apr 2026" in text.split("Calendar, before and after")[1]  # before: 12 January + 3 months
    assert "Mon 2 Mar 2026" in text.split("Calendar, before and after")[1]  # after: a month is over already
    assert desk.schedule(patient).interval == "3mo"
    assert sign(desk.physician, "decide_interval", patient, **chosen).status_code == 302
    assert (desk.schedule(patient).interval, desk.due(patient)) == ("1mo", [TODAY])
    [decision] = Decision.objects.filter(patient=patient, kind="change_interval")
    assert decision.reasons == ["symptoms_returned", "b12_level"]


def test_longer_than_three_months_is_ordered_and_noted_and_the_calendar_keeps_three(desk: Desk) -> None:
    patient = on_maintenance(desk)
    wanted = {"to": "6mo", "reasons": ["patient_preference"]}
    assert sign(desk.physician, "decide_interval", patient, **wanted).status_code == 422
    assert sign(desk.physician, "decide_interval", patient, **wanted, **GO_AHEAD).status_code == 302
    assert desk.schedule(patient).interval == "3mo"
    order = Order.objects.get(patient=patient, ended_on__isnull=True)
    assert (order.regimen, order.overrides[0]["code"]) == ("6mo", "INTERVAL_TOO_LONG")


def test_another_interval_keeps_drug_and_route_of_the_order(desk: Desk) -> None:
    """Under the skin because of bleeding: a new interval must not put the needle into the muscle."""
    patient = on_maintenance(desk)
    Order.objects.filter(patient=patient).update(route="sc", drug="mecobalamin")
    sign(desk.physician, "decide_interval", patient, to="2mo", reasons=["patient_preference"])
    desk.look()
    order = Order.objects.get(patient=patient, ended_on__isnull=True)
    assert (order.route, order.drug, order.regimen) == ("sc", "mecobalamin", "2mo")


def test_loading_before_the_assessment_is_refused(desk: Desk) -> None:
    patient = desk.patient()
    assessed(patient, visual=None)
    answer = prescribe(desk.physician, patient, regimen="three_times_weekly")
    assert "after all five neurological domains have been assessed" in words(answer)
    assert written(desk, patient) == (0, 0, 0)


def test_weaker_loading_with_neurological_signs_is_refused(desk: Desk) -> None:
    patient = desk.patient()
    assessed(patient, gait_ataxia=1)
    answer = prescribe(desk.physician, patient, regimen="three_times_weekly")
    assert "alternate days are needed" in words(answer)


@pytest.mark.parametrize(
    "fields",
    [
        {"regimen": "daily", "route": "im"},
        {"regimen": "1mo", "route": "oral"},
        {"regimen": "alternate_day", "route": "oral"},
    ],
)
def test_daily_is_by_mouth_and_by_mouth_is_daily(desk: Desk, fields: dict[str, str]) -> None:
    patient = start(desk)
    assert prescribe(desk.physician, patient, **fields).status_code == 422
    assert written(desk, patient) == (0, 0, 0)


def test_b12_by_mouth_writes_an_order_and_a_medicine_and_no_decision(desk: Desk) -> None:
    patient = start(desk)
    prescribe(desk.physician, patient, regimen="daily", route="oral")
    assert written(desk, patient) == (0, 1, 1)
    medicine = Medication.objects.get(patient=patient)
    assert (medicine.drug, medicine.dose_ug, medicine.started_on) == ("oral_b12", 1000, TODAY)


@pytest.mark.parametrize(
    ("on", "said"),
    [("2026-03-03", "in the future"), ("1961-03-02", "before the patient was born"), ("", "required")],
)
def test_dates_that_cannot_be(desk: Desk, on: str, said: str) -> None:
    patient = start(desk)
    answer = prescribe(desk.physician, patient, regimen="three_times_weekly", on=on)
    assert answer.status_code == 422
    assert said in words(answer)
    assert written(desk, patient) == (0, 0, 0)


@pytest.mark.parametrize("dose", ["0", "-1000", "abc", "", "1e9", "1000,0"])
def test_doses_that_are_none(desk: Desk, dose: str) -> None:
    patient = start(desk)
    assert prescribe(desk.physician, patient, regimen="three_times_weekly", dose=dose).status_code == 422
    assert written(desk, patient) == (0, 0, 0)


def test_a_nurse_looks_and_does_not_sign(desk: Desk) -> None:
    patient = start(desk)
    page = ask(desk.nurse, "decide_start", patient, **INJECTED, regimen="three_times_weekly")
    assert f"A physician signs this: {desk.users['physician'].name}" in words(page)
    assert prescribe(desk.nurse, patient, regimen="three_times_weekly").status_code == 403
    assert written(desk, patient) == (0, 0, 0)


def test_the_same_page_twice_signs_once(desk: Desk) -> None:
    patient, token = start(desk), uuid.uuid4()
    answers = [
        prescribe(desk.physician, patient, regimen="three_times_weekly", token=token).status_code
        for _ in "12"
    ]
    assert (answers, written(desk, patient)) == ([302, 302], (1, 1, 0))


def test_two_tabs_the_second_start_is_no_reload(desk: Desk) -> None:
    patient = start(desk)
    prescribe(desk.physician, patient, regimen="three_times_weekly")
    answer = prescribe(desk.physician, patient, regimen="three_times_weekly")
    assert answer.status_code == 409
    assert "does not fit where the patient stands now" in words(answer)
    assert written(desk, patient) == (1, 1, 0)


def plan_seen(html: str) -> str:
    return re.search(r'name="plan_seen" value="(\w+)"', html).group(1)  # type: ignore[union-attr]


def test_two_tabs_the_second_is_told_what_was_signed_meanwhile(desk: Desk) -> None:
    patient = on_maintenance(desk)
    seen = plan_seen(desk.physician.get(address("decide_interval", patient)).content.decode())
    change = {"to": "2mo", "reasons": ["symptoms_returned"]}
    assert (
        sign(desk.physician, "decide_interval", patient, plan_seen=seen, **change | {"to": "1mo"}).status_code
        == 302
    )
    answer = sign(desk.physician, "decide_interval", patient, plan_seen=seen, note="kept", **change)
    assert answer.status_code == 409
    said = words(answer)
    assert "The plan changed while this page was open" in said
    assert "Interval changed: every month, Mon 2 Mar 2026" in said
    assert "kept" in answer.content.decode()
    desk.look()
    assert Decision.objects.filter(patient=patient, kind="change_interval").count() == 1
    now = plan_seen(answer.content.decode())
    assert sign(desk.physician, "decide_interval", patient, plan_seen=now, **change).status_code == 302


def test_brought_back_and_signed_again_says_that_nothing_was_signed(desk: Desk) -> None:
    patient = on_maintenance(desk)
    token = str(uuid.uuid4())
    fields = {"token": token, "to": "1mo", "reasons": ["symptoms_returned"]}
    assert sign(desk.physician, "decide_interval", patient, **fields).status_code == 302
    again = sign(desk.physician, "decide_interval", patient, **fields | {"to": "2wk"})
    assert again.status_code == 302
    assert "nothing is signed twice" in words(desk.physician.get(again.url))  # type: ignore[attr-defined]
    desk.look()
    assert Decision.objects.filter(patient=patient, kind="change_interval").count() == 1


def test_an_unanswered_question_is_no_refusal_until_somebody_signs(desk: Desk) -> None:
    patient = on_maintenance(desk)
    opened = words(desk.physician.get(address("decide_interval", patient)))
    assert "Refused" not in opened
    asked = words(ask(desk.physician, "decide_interval", patient, to="1mo"))
    assert "Before this can be signed: Choose at least one reason" in asked
    assert "Fits the guideline" not in asked
    assert "Refused: A reason is required" in words(
        sign(desk.physician, "decide_interval", patient, to="1mo")
    )


def test_looking_writes_nothing(desk: Desk) -> None:
    patient = start(desk)
    before = written(desk, patient)
    ask(desk.physician, "decide_start", patient, **INJECTED, regimen="three_times_weekly")
    ask(desk.physician, "decide_stop", patient, reason="other")
    assert written(desk, patient) == before


def test_a_coordinator_closes_without_reading_a_flag(desk: Desk) -> None:
    patient = on_maintenance(desk)
    assessed(patient, TODAY - days(1), gait_ataxia=2)
    refresh_patients([patient.pk], cause="test")
    closing = {"reason": "transferred", "source": "Her daughter", "on": TODAY.isoformat()}
    menu = words(desk.coordinator.get(address("decide", patient)))
    assert "Close the record" in menu
    assert "Stop treatment" not in menu
    assert "Flags that close" in words(ask(desk.physician, "decide_close", patient, **closing))
    assert (
        "Flags"
        not in words(ask(desk.coordinator, "decide_close", patient, **closing)).split("before and after")[1]
    )
    assert sign(desk.coordinator, "decide_close", patient, **closing).status_code == 302
    assert (desk.schedule(patient).phase, desk.due(patient)) == ("closed", [])
    assert desk.flags(patient) == set()
    assert not Order.objects.filter(patient=patient, ended_on__isnull=True).exists()


def test_every_page_opens_where_it_fits(desk: Desk) -> None:
    new, kept = start(desk), on_maintenance(desk)
    loading = start(desk)
    prescribe(desk.physician, loading, regimen="three_times_weekly")
    for patient, names in [
        (new, ["decide_start", "decide_take_over", "decide_folic_acid", "decide_close"]),
        (loading, ["decide_plateau", "order", "decide_stop"]),
        (kept, ["decide_interval", "order", "decide_stop"]),
    ]:
        for name in ["decide", *names]:
            assert desk.physician.get(address(name, patient)).status_code == 200, name
        assert desk.physician.get(address("decide_plateau", patient)).status_code == (
            200 if patient is loading else 409
        )


def test_standard_loading_ended_early_goes_on_as_chosen_at_the_start(desk: Desk) -> None:
    patient = start(desk)
    prescribe(desk.physician, patient, regimen="three_times_weekly", maintenance_interval="2mo")
    answer = sign(desk.physician, "decide_plateau", patient)
    assert "0 of the six loading doses are on record" in words(answer)
    sign(desk.physician, "decide_plateau", patient, **GO_AHEAD)
    assert (desk.schedule(patient).phase, desk.schedule(patient).interval) == ("maintenance", "2mo")
    assert Order.objects.get(patient=patient, ended_on__isnull=True).regimen == "2mo"
    assert desk.due(patient) == [dt.date(2026, 5, 2)]


def test_every_page_about_a_patient_says_who_looked(desk: Desk) -> None:
    patient = on_maintenance(desk)
    cause = patient.causes.create(clinic=desk.clinic, kind="dietary", recorded_by=desk.users["physician"])
    pages = [
        address(name, patient)
        for name in (
            "edit_patient",
            "record_assessment",
            "background",
            "edit_allergies",
            "add_cause",
            "record_results",
            "decide",
            "decide_interval",
            "decide_close",
        )  # fmt: skip
    ]
    pages += [address(name, patient, "cause", cause.uid) for name in ("end_in_background", "correct_record")]
    for count, page in enumerate(pages, start=1):
        assert desk.physician.get(page).status_code == 200, page
        desk.look()
        seen = AccessLog.objects.filter(patient=patient, user=desk.users["physician"])
        assert seen.count() == count, page


def test_before_anything_is_chosen_a_missing_reason_is_no_refusal(desk: Desk) -> None:
    patient = on_maintenance(desk)
    read = words(desk.physician.get(address("decide_interval", patient)))
    assert "Refused" not in read
    assert "Sign as" in read


def test_the_bar_to_sign_in_changes_with_the_answer(desk: Desk) -> None:
    patient = start(desk)
    where, asked = address("decide_start", patient), {"headers": {"HX-Request": "true"}}
    fields = typed(on=TODAY.isoformat(), regimen="three_times_weekly", **INJECTED)
    fits, refused = (
        desk.physician.post(where, fields | changed, **asked).content.decode()
        for changed in ({}, {"route": "iv"})
    )
    for html in (fits, refused):
        assert html.count('id="sign-bar" hx-swap-oob="true"') == 1
    assert "Sign as" in fits
    assert "This cannot be signed" in refused
    whole = desk.physician.get(where).content.decode()
    assert whole.count('id="sign-bar"') == 1
    assert "hx-swap-oob" not in whole
