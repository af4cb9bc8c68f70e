"""Results of blood taken with a dose: date, time and "before the dose" are filled in from the draw."""

import datetime as dt

from patients.models import BloodDraw, LabResult, Patient
from tests.factories import LabResultFactory, PatientFactory
from tests.record.desk import TODAY, Desk, address

DRAWN = TODAY - dt.timedelta(3)


def patient_with_blood_taken(desk: Desk) -> Patient:
    desk.look()
    patient = PatientFactory(clinic=desk.clinic)
    BloodDraw.objects.create(
        clinic=desk.clinic, patient=patient, drawn_on=DRAWN, drawn_at=dt.time(9, 40), before_dose=True
    )
    return patient


def filled_in(desk: Desk, patient: Patient) -> tuple[object, object, object]:
    form = desk.nurse.get(address("record_results", patient)).context["form"]
    return form["drawn_on"].value(), form["drawn_at"].value(), form["before_dose"].value()


def test_the_draw_is_filled_in_while_its_results_are_awaited(desk: Desk) -> None:
    patient = patient_with_blood_taken(desk)
    assert filled_in(desk, patient) == (DRAWN, dt.time(9, 40), "yes")


def test_once_its_results_are_there_the_form_begins_with_today(desk: Desk) -> None:
    patient = patient_with_blood_taken(desk)
    LabResultFactory(patient=patient, drawn_on=DRAWN)
    assert LabResult.objects.filter(patient=patient).exists()
    assert filled_in(desk, patient) == (TODAY, None, None)


def test_a_draw_struck_out_is_not_awaited(desk: Desk) -> None:
    patient = patient_with_blood_taken(desk)
    BloodDraw.objects.update(error_at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC), error_reason="undone")
    assert filled_in(desk, patient)[0] == TODAY
