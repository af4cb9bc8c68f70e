"""Batches by number, and who had one: who stands there, in which order, for whom."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import AccessLog, Injection
from patients.models.product import batch_key
from schedules.batch_list import batch_lines, batches
from schedules.batch_people import Tally, people, shown, tallies, tally
from tests.batches.recall import GIVEN, Recall
from tests.factories import BatchFactory, ProductFactory
from tests.record.desk import Desk, address, words


def names(recall: Recall, **asked: str) -> list[str]:
    found = shown(people(recall.which), show=asked.get("show", ""), order=asked.get("order", ""))
    return [patient.family_name for patient in found]


def listed(recall: Recall, number: str = "") -> list[tuple[str, str, int]]:
    lines = batch_lines(recall.desk.clinic, batches(recall.desk.clinic, number))
    return [(line.number, line.product, line.doses) for line in lines]


@pytest.mark.parametrize("typed", ["h4390d", "H 4390 D", "h-4390-d", "H4390\u2013D", " h4390\u00a0d "])
def test_case_blanks_and_dashes_do_not_matter(recall: Recall, typed: str) -> None:
    assert batch_key(typed) == "H4390D"
    recall.had(batch_number=typed.strip(), family_name="Typed", place="elsewhere")
    recall.had(batch_number="H4391D", family_name="Another")
    assert names(recall) == ["Typed"]
    page = recall.desk.nurse.get(address("batch_list"), {"q": typed})
    assert page.status_code == 302
    assert page.url == recall.url()


def test_numbers_on_the_shelf_and_typed_ones_are_found_together(recall: Recall) -> None:
    recall.had()
    recall.had(batch_number="h4390-d")
    recall.had(batch_number="X 77")
    recall.had(batch_number="x77", on=GIVEN + dt.timedelta(1))
    recall.had(batch_number="-")
    BatchFactory(clinic=recall.desk.clinic, product=recall.shelf, number="NEW1")
    assert listed(recall) == [
        ("x77", "", 2),
        ("H4390D", recall.shelf.name, 2),
        ("NEW1", recall.shelf.name, 0),
    ]
    assert listed(recall, "4390") == [("H4390D", recall.shelf.name, 2)]
    assert listed(recall, "%") == []


def test_one_page_for_a_typed_number(recall: Recall) -> None:
    recall.had(batch_number="X 77", family_name="Quill", place="elsewhere", place_source="patient")
    found = recall.desk.nurse.get(address("batch_list"), {"q": "x77"})
    page = recall.desk.nurse.get(found.url)
    assert "Batch X 77" in words(page)
    assert "Quill" in words(page)
    assert recall.desk.nurse.get(address("typed_batch"), {"number": "nothing"}).status_code == 404
    assert recall.desk.nurse.get(address("typed_batch")).status_code == 404
    on_shelf = recall.desk.nurse.get(address("typed_batch"), {"number": "h4390d"})
    assert on_shelf.url == recall.url()


def test_two_products_with_one_number_are_two_batches(recall: Recall) -> None:
    other = ProductFactory(clinic=recall.desk.clinic, name="Cyanocobalamin 1 mg/mL", drug="cyanocobalamin")
    twin = BatchFactory(clinic=recall.desk.clinic, product=other, number="H4390D")
    recall.had(family_name="Hydroxo")
    recall.had(batch=twin, batch_number="H4390D", family_name="Cyano", drug="cyanocobalamin")
    assert names(recall) == ["Hydroxo"]
    page = recall.desk.nurse.get(address("batch_list"), {"q": "H4390D"})
    assert page.status_code == 200
    assert words(page).count("H4390D") >= 2


def test_newest_dose_first_once_a_person_without_struck_out_and_not_given(recall: Recall) -> None:
    nurse = recall.desk.users["nurse"]
    first = recall.had(family_name="Aldous", on=GIVEN - dt.timedelta(4))
    recall.had(patient=first, on=GIVEN)
    recall.had(family_name="Zorn", on=GIVEN + dt.timedelta(1))
    wrong = recall.had(family_name="Wrongly")
    Injection.objects.filter(patient=wrong).update(
        error_at=timezone.now(), error_by=nurse, error_reason="wrong_patient"
    )
    refused = recall.desk.patient(family_name="Refused")
    recall.had(patient=refused, given=False, not_given_reason="declined")
    assert names(recall) == ["Zorn", "Aldous"]
    assert names(recall, order="name") == ["Aldous", "Zorn"]
    page = words(recall.desk.nurse.get(recall.url()))
    assert "1 dose entered in error is left out" in page
    assert "Wrongly" not in page
    assert "Mon 5 Oct 2026" in page
    assert "Thu 1 Oct 2026" in page


def test_filters_are_the_servers_and_the_dead_are_not_to_be_told(recall: Recall) -> None:
    told = recall.had(family_name="Told")
    recall.had(family_name="Left")
    recall.died(recall.had(family_name="Dead"))
    tell(recall, told)
    assert names(recall, show="left") == ["Left"]
    assert names(recall, show="told") == ["Told"]
    assert tally(recall.which) == Tally(had=3, to_tell=2, told=1)
    assert tallies(recall.desk.clinic) == {recall.batch.pk: Tally(3, 2, 1)}
    page = words(recall.desk.nurse.get(recall.url()))
    assert "1 of 2 told" in page
    assert "Died: do not phone or write" in page
    assert recall.desk.nurse.get(recall.url()).content.decode().count("tel:") == 2


def tell(recall: Recall, patient: Any, how: str = "phone") -> None:
    from tests.record.desk import typed

    recall.desk.nurse.post(recall.url("batch_tell", patient.uid), typed(how=how))
    recall.desk.look()


def test_a_manager_sees_who_and_when_and_nothing_clinical(recall: Recall) -> None:
    recall.had(family_name="Quill", site="thigh_left", record_number="RS-77")
    page = recall.desk.manager.get(recall.url())
    said = words(page)
    for shown_ in ("Quill", "RS-77", "020 7946 0001", "Mon 5 Oct 2026", "Not told yet"):
        assert shown_ in said
    assert "left thigh" not in said
    assert "micrograms" not in said
    assert "/patients/" not in page.content.decode()
    assert "By phone" not in said
    assert recall.desk.coordinator.get(recall.url()).status_code == 403


def test_looking_is_in_the_access_log(recall: Recall) -> None:
    recall.had()
    recall.desk.manager.get(recall.url())
    row = AccessLog.objects.get(what="who had a batch")
    assert (row.user, row.purpose) == (
        recall.desk.users["manager"],
        "Hydroxocobalamin 1 mg/mL, batch H4390D",
    )


def test_another_clinics_batch_is_not_there(recall: Recall) -> None:
    recall.had()
    other = Desk()
    for role in ("nurse", "physician", "manager"):
        for name in ("batch", "batch_download", "batch_letters"):
            if name != "batch_letters" or role != "manager":
                assert getattr(other, role).get(recall.url(name)).status_code == 404
        assert getattr(other, role).get(address("typed_batch"), {"number": "H4390D"}).status_code == 404


def test_as_many_queries_for_fifty_as_for_one(recall: Recall) -> None:
    recall.had()
    recall.had(batch_number="X1")
    pages = [recall.url(), address("batch_list"), address("clinic_products")]
    one = [queries(recall, page) for page in pages]
    for number in range(49):
        patient = recall.had()
        tell(recall, patient)
        recall.had(batch_number=f"X{number + 2}")
    assert [queries(recall, page) for page in pages] == one


def queries(recall: Recall, page: str) -> int:
    client = recall.desk.nurse
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(page).status_code == 200
    return len(found)


def test_the_list_is_paged(recall: Recall) -> None:
    for _ in range(51):
        recall.had()
    first = recall.desk.nurse.get(recall.url())
    assert "Page 1 of 2" in words(first)
    assert len(recall.desk.nurse.get(recall.url(), {"page": 2}).context["rows"]) == 1


def test_withdrawing_leads_to_the_batch_and_what_is_left_stands_with_the_products(recall: Recall) -> None:
    fresh = BatchFactory(clinic=recall.desk.clinic, product=recall.shelf, number="N1")
    recall.had(batch=fresh, batch_number="N1")
    recall.had()
    answer = recall.desk.manager.post(address("clinic_withdraw", None, fresh.pk), {"reason": "Recalled"})
    assert answer.url == address("batch", None, fresh.pk)
    page = words(recall.desk.manager.get(address("clinic_products")))
    assert "Batch N1 is withdrawn: 0 of 1 told" in page
    assert "Batch H4390D is withdrawn: 0 of 1 told" in page
    for patient in people(recall.which):
        tell(recall, patient)
    page = words(recall.desk.manager.get(address("clinic_products")))
    assert "Batch H4390D is withdrawn" not in page
    assert "1 of 1 told" in page


def test_a_batch_in_use_is_shown_without_anything_to_tell(recall: Recall) -> None:
    fresh = BatchFactory(clinic=recall.desk.clinic, product=recall.shelf, number="N1")
    recall.had(batch=fresh, batch_number="N1")
    page = words(recall.desk.nurse.get(address("batch", None, fresh.pk)))
    assert "1 person had it" in page
    assert "This batch is not withdrawn" in page
    assert "By phone" not in page
    assert "Letters" not in page
