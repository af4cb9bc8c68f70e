"""A decision on the wrong patient, or by mistake: struck out with a reason, and the plan is as before."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from patients.models import Patient
from schedules.models import Decision, Order
from tests.decisions.signing import GO_AHEAD, INJECTED, on_maintenance, sign
from tests.record.desk import Desk, address, typed, words


def strike(browser: Client, record: Any, **fields: Any) -> HttpResponse:
    name = "withdraw_order" if isinstance(record, Order) else "withdraw_decision"
    about = {"reason": "wrong_patient", "note": "Meant for her sister."} | fields
    return browser.post(address(name, record.patient, record.uid), typed(**about))


def latest(desk: Desk, patient: Patient) -> Decision:
    desk.look()
    return Decision.objects.filter(patient=patient).latest("pk")


def test_a_struck_out_stop_brings_plan_dates_and_order_back(desk: Desk) -> None:
    patient = on_maintenance(desk)
    due = desk.due(patient)
    sign(desk.physician, "decide_stop", patient, reason="levels_normal", **GO_AHEAD)
    assert desk.due(patient) == []
    assert "Treatment stopped" in words(desk.physician.get(address("decide", patient)))
    assert strike(desk.physician, latest(desk, patient)).status_code == 302
    assert (desk.schedule(patient).phase, desk.due(patient)) == ("maintenance", due)
    assert Order.objects.filter(patient=patient, ended_on__isnull=True, error_at__isnull=True).count() == 1
    stop = latest(desk, patient)
    assert (stop.error_reason, stop.error_note) == ("wrong_patient", "Meant for her sister.")


def test_a_struck_out_interval_takes_its_order_with_it(desk: Desk) -> None:
    patient = on_maintenance(desk)
    due = desk.due(patient)
    sign(desk.physician, "decide_interval", patient, to="1mo", reasons=["symptoms_persist"])
    strike(desk.physician, latest(desk, patient))
    assert (desk.schedule(patient).interval, desk.due(patient)) == ("3mo", due)
    [standing] = Order.objects.filter(patient=patient, ended_on__isnull=True, error_at__isnull=True)
    assert standing.regimen == "three_times_weekly"


def test_a_struck_out_order_puts_the_one_before_in_force(desk: Desk) -> None:
    patient = on_maintenance(desk)
    sign(desk.physician, "order", patient, **(INJECTED | {"regimen": "3mo", "route": "sc"}))
    desk.look()
    strike(desk.physician, Order.objects.get(patient=patient, ended_on__isnull=True))
    desk.look()
    [standing] = Order.objects.filter(patient=patient, ended_on__isnull=True, error_at__isnull=True)
    assert standing.route == "im"


def test_only_a_physician_takes_a_decision_back_and_who_closed_their_own_closing(desk: Desk) -> None:
    patient = on_maintenance(desk)
    for browser in (desk.nurse, desk.coordinator):
        assert strike(browser, latest(desk, patient)).status_code == 403
    closing = {"reason": "declined", "source": "On the phone"}
    sign(desk.coordinator, "decide_close", patient, **closing)
    assert strike(desk.nurse, latest(desk, patient)).status_code == 403
    assert strike(desk.coordinator, latest(desk, patient), reason="not_done").status_code == 302
    assert desk.schedule(patient).phase == "maintenance"


def test_struck_out_twice_is_told(desk: Desk) -> None:
    patient = on_maintenance(desk)
    decision = latest(desk, patient)
    strike(desk.physician, decision)
    assert "already corrected" in words(strike(desk.physician, decision))


def test_a_decision_of_another_patient_or_clinic_is_not_found(desk: Desk) -> None:
    patient, other = on_maintenance(desk), on_maintenance(desk)
    decision = latest(desk, other)
    assert desk.physician.get(address("withdraw_decision", patient, decision.uid)).status_code == 404
    assert Desk().physician.get(address("withdraw_decision", other, decision.uid)).status_code == 404
