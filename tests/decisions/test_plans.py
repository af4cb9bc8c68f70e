"""From registering by hand to the dates of the plan: what a clinic with closed days really gets."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine

from patients.models import ClosedDate, Injection, Patient
from schedules.actions.refresh import refresh_patients
from schedules.models import Decision, Order
from tests.decisions.signing import GO_AHEAD, INJECTED, ask, assessed, days, on_maintenance, prescribe, sign
from tests.factories import DecisionFactory, InjectionFactory, LabResultFactory
from tests.record.desk import TODAY, Desk, address, typed, words


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


@contextmanager
def mid_morning(day: dt.date) -> Iterator[None]:
    with time_machine.travel(dt.datetime.combine(day, dt.time(10), dt.UTC), tick=False):
        yield


def by_hand(desk: Desk, **scores: str) -> Patient:
    """Register Ada at the desk and assess her on paper's five rows."""
    about = {"given_name": "Ada", "family_name": "Lindqvist", "birth_date": "1950-07-01", "sex": "female"}
    desk.coordinator.post(address("register_patient"), typed(**about, record_number="RS-1"))
    desk.look()
    patient = Patient.objects.get(clinic=desk.clinic)
    rows = dict.fromkeys(["peripheral_neuropathy", "gait_ataxia", "cognitive", "glossitis", "visual"], "0")
    form = typed(on=desk.clinic.today().isoformat(), **(rows | scores))
    assert desk.nurse.post(address("record_assessment", patient), form).status_code == 302
    return patient


def dose(desk: Desk, patient: Patient, on: dt.date, **fields: Any) -> None:
    desk.look()
    InjectionFactory(patient=patient, on=on, **fields)
    refresh_patients([patient.pk], cause="test")


# Open Monday to Friday, closed on Wednesday the 4th and Monday the 9th.
@pytest.mark.parametrize(
    ("begun", "due"),
    [
        (march(2), [2, 5, 10, 12, 16, 18]),
        (march(3), [3, 5, 10, 12, 16, 18]),
        (march(4), [5, 10, 12, 16, 18, 20]),
        (march(5), [5, 10, 12, 16, 18, 20]),
        (march(6), [6, 10, 12, 16, 18, 20]),
        (march(7), [10, 12, 16, 18, 20, 23]),
    ],
    ids=lambda value: value.strftime("%a") if isinstance(value, dt.date) else "",
)
def test_neurological_signs_give_alternate_days_on_open_days(
    desk: Desk, begun: dt.date, due: list[int]
) -> None:
    for closed in (4, 9):
        ClosedDate.objects.create(clinic=desk.clinic, date=march(closed))
    with mid_morning(begun):
        patient = by_hand(desk, gait_ataxia="2")
        chosen = {"regimen": "alternate_day", "on": begun.isoformat()}
        page = words(ask(desk.physician, "decide_start", patient, **INJECTED, **chosen))
        shown = page.split("Calendar, before and after")[1]
        assert [int(day) for day in re.findall(r"(\d+) Mar 2026 new (?!Neuro)", shown)] == due
        assert prescribe(desk.physician, patient, **chosen).status_code == 302
        assert desk.schedule(patient).protocol == "alternate_day"
    for day in due:
        with mid_morning(march(day)):
            desk.look()
            refresh_patients([patient.pk], cause="test")
            assert desk.due(patient) == [march(day)]
            assert "MISSED_INJECTION" not in desk.flags(patient)
            dose(desk, patient, march(day))
    assert desk.schedule(patient).phase == "loading"  # no end by number of doses


def test_no_signs_give_six_doses_and_then_the_interval_chosen(desk: Desk) -> None:
    patient = by_hand(desk)
    prescribe(desk.physician, patient, regimen="three_times_weekly", maintenance_interval="2mo")
    for day in (2, 4, 6, 9, 11, 13):
        with mid_morning(march(day)):
            desk.look()
            refresh_patients([patient.pk], cause="test")
            assert desk.due(patient) == [march(day)]
            dose(desk, patient, march(day))
    assert (desk.schedule(patient).phase, desk.due(patient)) == ("maintenance", [dt.date(2026, 5, 13)])


def test_prevention_is_monthly_from_today(desk: Desk) -> None:
    patient = by_hand(desk)
    prescribe(desk.physician, patient, regimen="1mo")
    assert (desk.schedule(patient).phase, desk.due(patient)) == ("prophylaxis", [TODAY])


# --- Taken over ---

THERE = {"began_with": "unknown", "source": "Letter of the surgery", **INJECTED}


@pytest.mark.parametrize(
    ("interval", "last", "due"),
    [
        ("3mo", "2026-01-12", dt.date(2026, 4, 12)),
        ("2mo", "2026-01-31", dt.date(2026, 3, 31)),
        ("1mo", "2026-02-28", dt.date(2026, 3, 28)),
        ("2wk", "2026-03-02", dt.date(2026, 3, 16)),
        ("3mo", "2025-12-02", TODAY),
    ],
)
def test_taken_over_in_mid_treatment(desk: Desk, interval: str, last: str, due: dt.date) -> None:
    """One next injection, one next check, and no flag that is not true."""
    patient = by_hand(desk)
    answer = sign(desk.physician, "decide_take_over", patient, interval=interval, last_dose_on=last, **THERE)
    assert answer.status_code == 302
    assert desk.due(patient) == [due]
    assert desk.due(patient, "check") == [TODAY]  # no B12 was ever drawn
    assert desk.flags(patient) <= {"TROUGH_DRAW_DUE"}
    [injection] = Injection.objects.filter(patient=patient)
    assert (injection.on.isoformat(), injection.place, injection.place_source) == (
        last, "elsewhere", "Letter of the surgery",
    )  # fmt: skip


def test_taken_over_with_a_b12_on_record_the_next_check_is_a_year_after_it(desk: Desk) -> None:
    patient = by_hand(desk)
    LabResultFactory(patient=patient, value=400, drawn_on=dt.date(2025, 9, 1))
    sign(desk.physician, "decide_take_over", patient, interval="3mo", last_dose_on="2026-01-12", **THERE)
    assert desk.due(patient, "check") == [dt.date(2026, 9, 1)]
    assert desk.flags(patient) == set()


def test_taken_over_without_a_known_last_dose_is_due_at_once(desk: Desk) -> None:
    patient = by_hand(desk)
    sign(desk.physician, "decide_take_over", patient, interval="3mo", **THERE)
    assert desk.due(patient) == [TODAY]
    assert not Injection.objects.filter(patient=patient).exists()


def test_a_last_dose_already_on_record_is_not_written_again(desk: Desk) -> None:
    patient = by_hand(desk)
    dose(desk, patient, dt.date(2026, 1, 12))
    sign(desk.physician, "decide_take_over", patient, interval="3mo", last_dose_on="2026-01-12", **THERE)
    assert Injection.objects.filter(patient=patient).count() == 1


def test_the_last_dose_there_was_of_the_drug_that_goes_on(desk: Desk) -> None:
    patient = by_hand(desk)
    fields = (
        {"interval": "3mo", "last_dose_on": "2026-01-12"} | THERE | {"drug": "mecobalamin", "route": "sc"}
    )
    sign(desk.physician, "decide_take_over", patient, **fields)
    desk.look()
    [injection] = Injection.objects.filter(patient=patient)
    assert (injection.drug, injection.route) == ("mecobalamin", "sc")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"last_dose_on": "2026-03-03"}, "in the future"),
        ({"last_dose_on": "1950-06-30"}, "before the patient was born"),
        ({"last_dose_on": "2026-02-20", "on": "2026-02-10"}, "After the day from which you take over"),
        ({"route": "oral"}, "B12 by mouth is started as such"),
        ({"source": " "}, "required"),
        ({"interval": ""}, "required"),
    ],
)
def test_what_cannot_be_taken_over(desk: Desk, fields: dict[str, str], said: str) -> None:
    patient = by_hand(desk)
    answer = sign(desk.physician, "decide_take_over", patient, **({"interval": "3mo"} | THERE | fields))
    assert answer.status_code == 422
    assert said in words(answer)
    desk.look()
    assert not Decision.objects.filter(patient=patient).exists()
    assert not Injection.objects.filter(patient=patient).exists()


# --- Later decisions ---


def test_plateau_after_alternate_days_gives_two_months_from_the_last_dose(desk: Desk) -> None:
    patient = desk.patient()
    for week in (28, 14, 0):
        assessed(patient, TODAY - days(week), gait_ataxia=1)
    begun = TODAY - days(28)
    DecisionFactory(patient=patient, on=begun, protocol="alternate_day")
    for day in range(0, 29, 2):
        InjectionFactory(patient=patient, on=begun + days(day))
    refresh_patients([patient.pk], cause="test")
    assert "PLATEAU_CANDIDATE" in desk.flags(patient)
    assert sign(desk.physician, "decide_plateau", patient).status_code == 302
    assert (desk.schedule(patient).phase, desk.schedule(patient).interval) == ("maintenance", "2mo")
    assert desk.due(patient) == [dt.date(2026, 5, 2)]
    assert "PLATEAU_CANDIDATE" not in desk.flags(patient)


def test_month_ends_do_not_drift(desk: Desk) -> None:
    patient = by_hand(desk)
    sign(desk.physician, "decide_take_over", patient, interval="1mo", last_dose_on="2026-01-31", **THERE)
    assert desk.due(patient) == [dt.date(2026, 2, 28)]
    with mid_morning(march(2)):
        dose(
            desk, patient, march(2)
        )  # 28 February was a Saturday: Monday is the day to book, the anchor stays
    assert desk.due(patient) == [march(31)]


def test_a_new_order_of_the_same_rhythm_moves_no_date_and_ends_the_old_order(desk: Desk) -> None:
    patient = on_maintenance(desk)
    before = desk.due(patient)
    fields = INJECTED | {"regimen": "3mo", "route": "sc", "until": "2027-03-02"}
    assert sign(desk.physician, "order", patient, **fields).status_code == 302
    assert desk.due(patient) == before
    assert Decision.objects.filter(patient=patient).count() == 1
    [old, new] = Order.objects.filter(patient=patient).order_by("pk")
    assert (old.ended_on, new.ended_on, new.route) == (TODAY, None, "sc")
    assert "SC_OFF_LABEL_ADVISORY" in new.codes


def test_an_order_with_another_interval_is_judged_as_a_change_too(desk: Desk) -> None:
    patient = on_maintenance(desk)
    fields = INJECTED | {"regimen": "1mo"}
    assert "Choose at least one reason" in words(sign(desk.physician, "order", patient, **fields))
    assert sign(desk.physician, "order", patient, **fields, reasons=["symptoms_persist"]).status_code == 302
    assert desk.schedule(patient).interval == "1mo"


def test_loading_again_after_a_gap_is_a_reload(desk: Desk) -> None:
    patient = on_maintenance(desk, last=dt.date(2025, 6, 2))
    assert "RELOAD_REVIEW" in desk.flags(patient)
    sign(desk.physician, "order", patient, **INJECTED, regimen="three_times_weekly")
    assert (desk.schedule(patient).phase, desk.due(patient)) == ("loading", [TODAY])
    assert "RELOAD_REVIEW" not in desk.flags(patient)


def test_a_stopped_patient_may_start_again(desk: Desk) -> None:
    patient = on_maintenance(desk)
    sign(desk.physician, "decide_stop", patient, reason="levels_normal", **GO_AHEAD)
    assert (desk.schedule(patient).phase, desk.due(patient)) == ("stopped", [])
    assert not Order.objects.filter(patient=patient, ended_on__isnull=True).exists()
    assert prescribe(desk.physician, patient, regimen="three_times_weekly").status_code == 302
    assert desk.due(patient) == [TODAY]
