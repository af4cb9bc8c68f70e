"""The pages: numbers for physicians and managers, people for physicians, and nothing more for anybody."""

import csv
import io
import json
import re
from typing import Any

import pytest
from celery import Celery
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import AccessLog, Patient
from schedules.models import JobRun
from schedules.tasks import count_due_clinics
from tests.factories import ClinicFactory, member
from tests.indicators.people import counted, filled
from tests.record.desk import Desk, signed_in

PAGE = "indicators"


def get(client: Client, name: str, *arguments: str, **query: str) -> Any:
    return client.get(reverse(name, args=arguments), query)


def text(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_numbers_say_both_number_and_percentage(desk: Desk) -> None:
    filled(desk.clinic, many=3)
    counted(desk.clinic)
    said = text(get(desk.physician, PAGE))
    assert "Sep 2026, so far" in said
    assert "counted today 02:15" in said
    assert re.search(r"3 of 6 patients\s+on the right interval\s*, 50 %", said)
    assert "3 longer than monthly in prevention" in said
    assert "3 of 6 in Aug 2026, 50 %. Too few to compare percentages." in said
    assert re.search(r"0 of 3 patients contacted\s+a date agreed or told in person\s*, 0 %", said)


def test_another_month_is_in_the_address(desk: Desk) -> None:
    filled(desk.clinic)
    counted(desk.clinic)
    said = text(get(desk.physician, PAGE, month="2026-07"))
    assert "1 of 2 in Jun 2026, 50 %" in said
    assert "None to count in Jun 2026." in said  # contacts
    first = text(get(desk.physician, PAGE, month="2025-09"))
    assert "Aug 2025" not in first
    assert "Sep 2026, so far" in text(get(desk.physician, PAGE, month="1999-01"))


def test_the_charts_are_the_same_numbers_for_two_papers(desk: Desk) -> None:
    filled(desk.clinic)
    counted(desk.clinic)
    page = get(desk.manager, PAGE).content.decode()
    found = re.search(r'<script id="figure-right-interval" type="application/json">(.*?)</script>', page)
    assert found
    figure = json.loads(found[1])
    bars, rest = figure["data"]
    assert (bars["x"][0], bars["x"][-1], len(bars["x"])) == ("2025-09", "2026-09", 13)
    assert (bars["y"][-4:], rest["y"][-4:]) == ([1, 1, 1, 1], [1, 1, 1, 1])
    assert [note["text"] for note in figure["wide"]["annotations"]][-2:] == ["1/2", "<b>1/2</b>"]
    assert [note["text"] for note in figure["narrow"]["annotations"]] == ["<b>1/2</b>"]
    assert figure["wide"]["xaxis"]["ticktext"][4] == "Jan<br>2026"


def test_a_manager_sees_no_name_anywhere(desk: Desk) -> None:
    patients = filled(desk.clinic, many=2)
    counted(desk.clinic)
    uids = [str(patient.uid) for patient in patients]
    answers = [
        get(desk.manager, PAGE),
        get(desk.manager, PAGE, whose="mine"),
        get(desk.manager, "indicators_csv"),
        get(desk.manager, "indicators_csv", whose="mine"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        page = answer.content.decode()
        for secret in ("Brambleby", "Quillfeather", "Ruth", *uids, patients[0].record_number):
            assert secret not in page
        assert "To look at" not in page
    assert reverse("indicator_people", args=["missed"]) not in answers[0].content.decode()
    refused = get(desk.manager, "indicator_people", "missed")
    assert refused.status_code == 403
    assert "Quillfeather" not in refused.content.decode()


@pytest.mark.parametrize("role", ["nurse", "coordinator"])
def test_others_see_nothing_of_it(desk: Desk, role: str) -> None:
    client = getattr(desk, role)
    for name in (PAGE, "indicators_csv"):
        assert get(client, name).status_code == 403
    assert client.post(reverse("count_indicators")).status_code == 403
    assert get(client, "indicator_people", "missed").status_code == 403
    assert reverse(PAGE) not in client.get(reverse("today")).content.decode()


def test_a_physician_opens_the_people_behind_a_number(desk: Desk) -> None:
    _good, bad = filled(desk.clinic)
    counted(desk.clinic)
    said = text(get(desk.physician, "indicator_people", "right-interval"))
    assert "To look at: 1" in said
    assert f"Ruth Quillfeather {bad.record_number}" in said
    assert "longer than monthly in prevention" in said
    assert "Brambleby" not in said
    passing = text(get(desk.physician, "indicator_people", "right-interval", show="as-it-should"))
    assert "Ruth Brambleby" in passing
    assert "Quillfeather" not in passing
    missed = text(get(desk.physician, "indicator_people", "missed"))
    assert "due Sun 2 Aug 2026" in missed
    assert "Nobody: all that were counted are as they should be." in text(
        get(desk.physician, "indicator_people", "missed", month="2026-06")
    )
    assert get(desk.physician, "indicator_people", "nonsense").status_code == 404
    desk.look()
    looks = AccessLog.objects.filter(clinic=desk.clinic, what="indicator list: right-interval")
    assert set(looks.values_list("user", "patient")) == {(desk.users["physician"].pk, None)}


def test_my_patients_are_those_i_am_responsible_for(desk: Desk) -> None:
    filled(desk.clinic, physician=desk.users["physician"])
    counted(desk.clinic)
    said = text(get(desk.physician, PAGE, whose="mine"))
    assert re.search(r"1 of 1 patient\s+on the right interval\s*, 100 %", said)
    people = text(
        get(desk.physician, "indicator_people", "right-interval", whose="mine", show="as-it-should")
    )
    assert "Ruth Brambleby" in people
    assert "Quillfeather" not in text(get(desk.physician, "indicator_people", "right-interval", whose="mine"))
    other = signed_in(member(desk.clinic, "physician"))
    assert "responsible physician of none" in text(get(other, PAGE, whose="mine"))


def test_the_list_is_paged_and_takes_the_same_queries(desk: Desk) -> None:
    asked = []
    assert get(desk.physician, PAGE).status_code == 200
    for many in (1, 30):
        filled(desk.clinic, many=many)
        counted(desk.clinic)
        for name, arguments in ((PAGE, []), ("indicator_people", ["right-interval"])):
            with CaptureQueriesContext(connection) as queries:
                assert get(desk.physician, name, *arguments).status_code == 200
            asked.append(len(queries))
    assert asked[:2] == asked[2:]
    second = text(get(desk.physician, "indicator_people", "right-interval", page="2"))
    assert "Page 2 of 2" in second
    assert second.count("Ruth Quillfeather") == 31 - 25


def test_another_clinic_s_numbers_are_not_mine(desk: Desk) -> None:
    other = ClinicFactory()
    filled(other)
    counted(other)
    assert "Not counted yet" in text(get(desk.physician, PAGE))
    assert "Quillfeather" not in text(get(desk.physician, "indicator_people", "right-interval"))


def test_a_patient_known_only_to_the_count_is_left_out(desk: Desk) -> None:
    """A record merged or moved since last night: its key leads nowhere and stops nothing."""
    _good, bad = filled(desk.clinic)
    counted(desk.clinic)
    desk.look()
    Patient.objects.filter(pk=bad.pk).update(family_name="Renamed")
    assert "Ruth Renamed" in text(get(desk.physician, "indicator_people", "right-interval"))


def test_the_file_holds_the_numbers_of_all_months(desk: Desk) -> None:
    filled(desk.clinic, many=2)
    counted(desk.clinic)
    answer = get(desk.manager, "indicators_csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "indicators-riverside-surgery-2026-09-16.csv" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 13 * 7
    assert rows[0] == {
        "month": "2026-09", "so_far": "yes", "indicator": "On the right interval", "number": "2", "of": "4",
        "percent": "50", "not_counted": "0",
    }  # fmt: skip
    assert rows[-1]["percent"] == ""
    desk.look()
    assert AccessLog.objects.filter(clinic=desk.clinic, what="indicators as CSV").count() == 1


def test_an_empty_clinic_says_what_will_be_here(desk: Desk) -> None:
    said = text(get(desk.physician, PAGE))
    assert "Not counted yet" in said
    assert "Count now" in said
    assert "How this is counted" in said
    counted(desk.clinic)
    assert "There is no patient to count yet" in text(get(desk.manager, PAGE))
    assert "Nobody: all" in text(get(desk.physician, "indicator_people", "missed"))


def test_who_could_not_be_counted_is_said_without_a_name(desk: Desk) -> None:
    filled(desk.clinic)
    counted(desk.clinic)
    JobRun.objects.filter(clinic=desk.clinic, job="indicators").update(counts={"failed": 2})
    assert "2 patients could not be evaluated and are in no number." in text(get(desk.manager, PAGE))


@pytest.mark.usefixtures("_no_broker")
def test_counting_again_waits_for_the_beat_when_the_broker_is_away(
    desk: Desk, django_capture_on_commit_callbacks: Any
) -> None:
    filled(desk.clinic)
    counted(desk.clinic)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            answer = desk.manager.post(reverse("count_indicators"))
            assert answer.status_code == 302
    said = text(get(desk.manager, PAGE))
    assert "About to be counted." in said
    assert "1 of 2 patients" in said  # last night's
    JobRun.objects.filter(clinic=desk.clinic, job="indicators").update(counts={"done": 1, "total": 2})
    assert "Being counted: 1 of 2 patients." in text(get(desk.manager, PAGE))


@pytest.fixture
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job belongs to an application whose broker's address leads nowhere."""
    without_broker = Celery("alone", broker="redis://127.0.0.1:1/0", set_as_current=False)
    task = without_broker.task(name="count")(count_due_clinics.run)
    monkeypatch.setattr("schedules.views.indicators.count_due_clinics", task)


def test_only_a_form_counts_again(desk: Desk) -> None:
    assert get(desk.manager, "count_indicators").status_code == 405
    assert not JobRun.objects.filter(job="indicators").exists()
