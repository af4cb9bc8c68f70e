"""The nightly count: right, repeatable, never half done, and one bad patient does not stop the others."""

import datetime as dt
import io
from collections import Counter
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import LabResult, Patient
from patients.scope import clinic_scope
from schedules.actions import count_indicators as counting
from schedules.actions.count_indicators import ask_for_count, count_clinic, count_due_clinics
from schedules.indicators.histories import histories_of
from schedules.indicators.numbers import numbers_of
from schedules.indicators.reasons import Indicator, Why
from schedules.indicators.verdicts import months_up_to, verdicts_of
from schedules.models import IndicatorCount, JobRun
from tests.factories import ClinicFactory, LabResultFactory, OrderFactory, member
from tests.indicators.people import (
    COUNTED_AT,
    NOW,
    TODAY,
    contacted,
    counted,
    filled,
    on_monthly_prevention,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(1)


def stored(clinic: Any) -> dict[tuple[dt.date, str], Counter[str]]:
    """The counts as they stand, over all physicians."""
    found: dict[tuple[dt.date, str], Counter[str]] = {}
    with clinic_scope([clinic.pk]):
        for row in IndicatorCount.objects.filter(clinic=clinic):
            found.setdefault((row.month, row.indicator), Counter()).update(row.counts)
            assert row.counts == {why: len(people) for why, people in row.people.items()}
    return found


def swept(clinic: Any, at: dt.datetime) -> None:
    JobRun.objects.update_or_create(
        clinic=clinic, job="sweep", defaults={"ran_for": at.date(), "finished_at": at}
    )


def test_what_is_stored_is_the_sum_over_the_patients() -> None:
    clinic = ClinicFactory()
    physician = member(clinic, "physician")
    patients = filled(clinic, physician=physician, many=3)
    assert counted(clinic) == {}
    expected: dict[tuple[dt.date, str], Counter[str]] = {}
    with clinic_scope([clinic.pk]):
        known = Patient.objects.filter(clinic=clinic).select_related("clinic")
        histories = histories_of(known)
        for patient in patients:
            for month, which, verdict in verdicts_of(histories[patient.pk], months_up_to(TODAY), today=TODAY):
                expected.setdefault((month, which), Counter())[verdict.why] += 1
        whole = numbers_of(clinic, today=TODAY)
        mine = numbers_of(clinic, today=TODAY, physician=physician)
    assert stored(clinic) == expected
    month = dt.date(2026, 9, 1)
    assert whole.number(Indicator.RIGHT_INTERVAL, month).counts == {
        Why.MONTHLY: 3,
        Why.LONGER_THAN_MONTHLY: 3,
    }
    assert mine.number(Indicator.RIGHT_INTERVAL, month).counts == {Why.MONTHLY: 3}
    assert whole.number(Indicator.CONTACTS, month).counts == {Why.NO_ANSWER: 3}
    assert whole.counted_at == COUNTED_AT


def test_a_record_merged_into_another_is_not_counted() -> None:
    clinic = ClinicFactory()
    good, bad = filled(clinic)
    with clinic_scope([clinic.pk]):
        Patient.objects.filter(pk=bad.pk).update(merged_into=good)
    counted(clinic)
    assert stored(clinic)[dt.date(2026, 9, 1), Indicator.RIGHT_INTERVAL.value] == {Why.MONTHLY: 1}


def test_counting_again_changes_nothing_but_the_time() -> None:
    clinic = ClinicFactory()
    filled(clinic)
    counted(clinic)
    first = stored(clinic)
    count_clinic(clinic, today=TODAY, now=NOW)
    assert stored(clinic) == first
    with clinic_scope([clinic.pk]):
        assert set(IndicatorCount.objects.values_list("counted_at", flat=True)) == {NOW}
    run = JobRun.objects.get(clinic=clinic, job="indicators")
    assert (run.ran_for, run.finished_at, run.error) == (TODAY, NOW, "")
    assert run.counts == {"done": 2, "total": 2, "failed": 0}


def test_a_correction_changes_past_months() -> None:
    clinic = ClinicFactory()
    good, _bad = filled(clinic)
    counted(clinic)
    july = (dt.date(2026, 7, 1), Indicator.ON_TIME.value)
    assert stored(clinic)[july] == {Why.GIVEN_ON_TIME: 1}
    with clinic_scope([clinic.pk]):
        good.injections.filter(on=dt.date(2026, 7, 2)).update(error_at=NOW, error_reason="not_done")
    counted(clinic)
    assert stored(clinic)[july] == {Why.GIVEN_LATE: 1}


def test_another_clinic_s_numbers_stay() -> None:
    ours, theirs = ClinicFactory(), ClinicFactory()
    filled(ours)
    filled(theirs)
    counted(ours)
    counted(theirs)
    before = stored(theirs)
    count_clinic(ours, today=TODAY + DAY, now=NOW)
    assert stored(theirs) == before
    with clinic_scope([ours.pk]):
        assert not IndicatorCount.objects.filter(clinic=theirs).exists()


def test_orders_and_contacts_are_read_with_the_clinic_s_days() -> None:
    clinic = ClinicFactory(time_zone="Pacific/Auckland")  # 12 hours ahead
    with clinic_scope([clinic.pk]):
        patient = on_monthly_prevention(clinic)
        contacted(patient, "agreed_date", dt.datetime(2026, 8, 31, 13, tzinfo=dt.UTC))
        OrderFactory(patient=patient, regimen="6mo", from_date=dt.date(2026, 8, 3))
        OrderFactory(
            patient=patient, regimen="12mo", from_date=dt.date(2026, 7, 3), error_at=NOW, error_reason="other"
        )
    counted(clinic)
    found = stored(clinic)
    september, july = dt.date(2026, 9, 1), dt.date(2026, 7, 1)
    assert found[september, Indicator.CONTACTS.value] == {Why.AGREED_DATE: 1}
    assert (dt.date(2026, 8, 1), Indicator.CONTACTS.value) not in found
    assert found[september, Indicator.RIGHT_INTERVAL.value] == {Why.ORDERED_LONGER: 1}
    assert found[july, Indicator.RIGHT_INTERVAL.value] == {Why.MONTHLY: 1}


def spoil(patient: Patient) -> None:
    """A result in a unit that no rule knows: the patient cannot be evaluated."""
    LabResultFactory(patient=patient, drawn_on=dt.date(2026, 7, 2))
    LabResult.objects.filter(patient=patient).update(unit="drops")


def test_a_patient_who_cannot_be_evaluated_is_named_and_stops_nobody() -> None:
    clinic = ClinicFactory()
    good, bad = filled(clinic)
    with clinic_scope([clinic.pk]):
        spoil(bad)
    assert list(counted(clinic)) == [bad.pk]
    run = JobRun.objects.get(clinic=clinic, job="indicators")
    assert run.error == f"1 patients could not be evaluated: [{bad.pk}]"
    assert run.counts["failed"] == 1
    assert run.finished_at == COUNTED_AT
    with clinic_scope([clinic.pk]):
        keys = {
            key
            for people in IndicatorCount.objects.values_list("people", flat=True)
            for found in people.values()
            for key, _day in found
        }
    assert keys == {good.pk}


def test_a_patient_who_cannot_be_read_stops_nobody_either() -> None:
    clinic = ClinicFactory()
    good, bad = filled(clinic)
    with clinic_scope([clinic.pk]):
        LabResultFactory(patient=bad, drawn_on=dt.date(2026, 7, 2))
        with connection.cursor() as cursor:  # a date that the database knows and Python does not
            cursor.execute(
                "UPDATE patients_labresult SET drawn_on = 'infinity' WHERE patient_id = %s", [bad.pk]
            )
    failed = counted(clinic)
    assert list(failed) == [bad.pk]
    assert stored(clinic)[dt.date(2026, 9, 1), Indicator.RIGHT_INTERVAL.value] == {Why.MONTHLY: 1}
    assert good.pk not in failed


def test_stopped_in_the_middle_the_old_numbers_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """After any batch: what was stored stays whole, and the next run does all of it."""
    clinic = ClinicFactory()
    filled(clinic, many=2)
    counted(clinic)
    before = stored(clinic)
    monkeypatch.setattr(counting, "BATCH", 1)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    ask_for_count(clinic)
    with pytest.raises(KeyboardInterrupt):
        count_clinic(clinic, today=TODAY, now=NOW, progress=stop)
    assert stored(clinic) == before
    run = JobRun.objects.get(clinic=clinic, job="indicators")
    assert (run.finished_at, run.counts) == (None, {"done": 1, "total": 4})
    assert count_due_clinics(now=NOW) == [clinic.pk]
    assert stored(clinic) == before


def test_when_a_clinic_is_counted() -> None:
    clinic = ClinicFactory()
    filled(clinic)
    assert count_due_clinics(now=COUNTED_AT) == []  # not swept yet
    swept(clinic, COUNTED_AT - dt.timedelta(minutes=5))
    assert count_due_clinics(now=COUNTED_AT) == [clinic.pk]
    assert count_due_clinics(now=COUNTED_AT + dt.timedelta(minutes=5)) == []
    ask_for_count(clinic)
    ask_for_count(clinic)
    assert count_due_clinics(now=NOW) == [clinic.pk]
    assert count_due_clinics(now=NOW) == []
    swept(clinic, COUNTED_AT + DAY)
    assert count_due_clinics(now=NOW + DAY) == [clinic.pk]


def test_counted_before_the_sweep_it_is_counted_again_after_it() -> None:
    clinic = ClinicFactory()
    count_clinic(clinic, today=TODAY, now=COUNTED_AT - dt.timedelta(hours=1))
    swept(clinic, COUNTED_AT)
    assert count_due_clinics(now=COUNTED_AT + dt.timedelta(minutes=1)) == [clinic.pk]


def test_a_clinic_that_fails_says_so_and_stops_no_other() -> None:
    broken, sound = ClinicFactory(), ClinicFactory()
    filled(sound)
    for clinic in (broken, sound):
        ask_for_count(clinic)
    type(broken).objects.filter(pk=broken.pk).update(time_zone="Nowhere/Land")
    assert count_due_clinics(now=NOW) == [sound.pk]
    run = JobRun.objects.get(clinic=broken, job="indicators")
    assert (run.finished_at, run.error) == (None, "ZoneInfoNotFoundError")


def test_as_many_queries_for_one_patient_as_for_fifty() -> None:
    asked = []
    for many in (1, 25):
        clinic = ClinicFactory()
        filled(clinic, many=many)
        with CaptureQueriesContext(connection) as queries:
            counted(clinic)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_clinic_without_patients() -> None:
    clinic = ClinicFactory()
    assert counted(clinic) == {}
    assert stored(clinic) == {}
    assert JobRun.objects.get(clinic=clinic, job="indicators").finished_at == COUNTED_AT


def test_the_command_counts_one_clinic_or_all() -> None:
    clinic, other = ClinicFactory(name="Riverside"), ClinicFactory(name="Harbour")
    _good, bad = filled(clinic)
    out, errors = io.StringIO(), io.StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("count_indicators", clinic=clinic.pk, stdout=out)
        assert "Riverside: 2 of 2" in out.getvalue()
        assert stored(clinic)
        assert not JobRun.objects.filter(clinic=other).exists()
        with clinic_scope([clinic.pk]):
            spoil(bad)
        with pytest.raises(SystemExit):
            call_command("count_indicators", stdout=out, stderr=errors)
    assert f"patient {bad.pk} could not be evaluated: KeyError" in errors.getvalue()
    assert JobRun.objects.filter(clinic=other, job="indicators", finished_at=NOW).exists()
    with pytest.raises(CommandError, match="no such clinic"):
        call_command("count_indicators", clinic=0)
