"""Marking who has been told: once, by whom it may, taken back while fresh, and in the patient's timeline."""

import datetime as dt
import uuid

import pytest
import time_machine

from patients.models import BatchNotice
from patients.models.notice import BatchNotice as Notice
from tests.batches.recall import NOW, Recall
from tests.factories import BatchFactory
from tests.record.desk import address, typed, words

HTMX = {"HTTP_HX_REQUEST": "true"}


def notices(recall: Recall) -> list[tuple[str, str, bool]]:
    recall.desk.look()
    rows = BatchNotice.objects.order_by("pk")
    return [(row.how, row.number_key, row.entered_in_error) for row in rows]


def test_one_press_in_place(recall: Recall) -> None:
    patient = recall.had(family_name="Quill")
    recall.had()
    answer = recall.desk.nurse.post(
        recall.url("batch_tell", patient.uid), typed(how="phone", note="Feels well"), **HTMX
    )
    said = words(answer)
    assert "Told by phone, Mon 23 Nov 2026" in said
    assert "Feels well" in said
    assert "1 of 2 told" in said
    assert "Undo" in said
    assert "<html" not in answer.content.decode()
    assert notices(recall) == [("phone", "H4390D", False)]


def test_without_script_it_leads_back_to_the_list_as_it_was(recall: Recall) -> None:
    patient = recall.had()
    answer = recall.desk.nurse.post(
        recall.url("batch_tell", patient.uid), typed(how="in_person", back="show=left&order=name")
    )
    assert answer.url == f"{recall.url()}?show=left&order=name"
    loose = recall.had(batch_number="X 77")
    path = f"{address('typed_batch_tell', None, loose.uid)}?number=x77"
    answer = recall.desk.physician.post(path, typed(how="letter"))
    assert answer.url == f"{address('typed_batch')}?number=X+77"
    assert notices(recall) == [("in_person", "H4390D", False), ("letter", "X77", False)]


def test_the_same_form_twice_and_two_people_at_once_tell_once(recall: Recall) -> None:
    patient = recall.had()
    token = uuid.uuid4()
    for _ in range(2):
        recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(token=token, how="phone"))
    answer = recall.desk.physician.post(recall.url("batch_tell", patient.uid), typed(how="in_person"), **HTMX)
    assert notices(recall) == [("phone", "H4390D", False)]
    assert recall.desk.users["nurse"].name in words(answer)
    assert "Undo" not in words(answer)  # it is the nurse's


def test_not_reached_is_no_telling_and_may_be_said_again(recall: Recall) -> None:
    patient = recall.had()
    for _ in range(2):
        recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(how="not_reached"))
    page = words(recall.desk.nurse.get(recall.url()))
    assert "0 of 1 told" in page
    assert page.count("Not reached Mon 23 Nov 2026") == 2
    recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(how="phone"))
    assert [how for how, _key, _struck in notices(recall)] == ["not_reached", "not_reached", "phone"]


def test_a_mark_is_taken_back_while_it_is_fresh_and_ones_own(recall: Recall) -> None:
    patient = recall.had()
    recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(how="phone"))
    row = BatchNotice.objects.get()
    undo = address("batch_take_back", patient, row.uid)
    recall.desk.physician.post(undo)
    with time_machine.travel(NOW + dt.timedelta(minutes=16), tick=False):
        answer = recall.desk.nurse.post(undo, follow=True)
    assert "can no longer be undone here" in words(answer)
    assert notices(recall) == [("phone", "H4390D", False)]
    answer = recall.desk.nurse.post(undo, **HTMX)
    assert "0 of 1 told" in words(answer)
    assert notices(recall) == [("phone", "H4390D", True)]
    recall.desk.nurse.post(undo)  # once more changes nothing
    recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(how="letter"))
    assert notices(recall)[-1] == ("letter", "H4390D", False)


@pytest.mark.parametrize("role", ["manager", "coordinator"])
def test_others_may_not_mark(recall: Recall, role: str) -> None:
    patient = recall.had()
    answer = getattr(recall.desk, role).post(recall.url("batch_tell", patient.uid), typed(how="phone"))
    assert answer.status_code == 403
    assert notices(recall) == []


def test_nothing_is_marked_for_who_did_not_have_it_or_a_batch_in_use(recall: Recall) -> None:
    patient = recall.desk.patient()
    assert (
        recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(how="phone")).status_code == 404
    )
    fresh = BatchFactory(clinic=recall.desk.clinic, product=recall.shelf, number="N1")
    had = recall.had(batch=fresh, batch_number="N1")
    path = address("batch_tell", None, fresh.pk, had.uid)
    assert recall.desk.nurse.post(path, typed(how="phone")).status_code == 404
    assert recall.desk.nurse.post(path, typed(how="shouted")).status_code == 422
    assert notices(recall) == []


def test_marks_of_a_typed_number_count_when_it_comes_on_the_shelf(recall: Recall) -> None:
    patient = recall.had(batch_number="L-900")
    recall.desk.nurse.post(
        f"{address('typed_batch_tell', None, patient.uid)}?number=L-900", typed(how="phone")
    )
    later = BatchFactory(
        clinic=recall.desk.clinic,
        product=recall.shelf,
        number="L900",
        withdrawn_at=NOW,
        withdrawn_reason="Recalled",
    )
    assert "1 of 1 told" in words(recall.desk.nurse.get(address("batch", None, later.pk)))


def test_the_timeline_says_it_and_leads_to_the_batch(recall: Recall) -> None:
    patient = recall.had()
    recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(how="phone", note="Feels well"))
    page = recall.desk.physician.get(address("patient", patient))
    said = words(page)
    assert "Told of a withdrawn batch : by phone, batch H4390D" in said
    assert "Feels well" in said
    assert f'href="{recall.url()}"' in page.content.decode()
    assert "Told of a withdrawn batch" not in words(recall.desk.coordinator.get(address("patient", patient)))


def test_a_mark_is_corrected_on_the_patients_page(recall: Recall) -> None:
    patient = recall.had()
    recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(how="phone"))
    path = address("correct_record", patient, "notice", BatchNotice.objects.get().uid)
    assert "Strike out: Batch H4390D: by phone, Mon 23 Nov 2026" in words(recall.desk.nurse.get(path))
    recall.desk.nurse.post(path, typed(reason="not_done", note="Wrong person"))
    assert notices(recall) == [("phone", "H4390D", True)]
    assert "Struck out by" in words(recall.desk.nurse.get(address("patient", patient)))


def test_history_keeps_every_mark(recall: Recall) -> None:
    patient = recall.had()
    recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(how="phone"))
    recall.desk.nurse.post(address("batch_take_back", patient, BatchNotice.objects.get().uid))
    recall.desk.look()
    kept = list(Notice.pgh_event_model.objects.values_list("pgh_label", "pgh_user"))
    nurse = str(recall.desk.users["nurse"].pk)
    assert kept == [("insert", nurse), ("update", nurse)]
