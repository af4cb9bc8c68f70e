"""The pages of merging and separating, as a coordinator and a physician see them."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client

from patients.models import AccessLog, Patient, PatientIdentifier
from schedules.actions.merge import merge_records
from schedules.models import Booking, Merge
from tests.people.two_records import full, merge, separate, two
from tests.record.desk import TEN_O_CLOCK, TODAY, Desk, address, typed, words


def ask(browser: Client, one: Patient, other: Patient, keep: Patient | None = None) -> Any:
    query = {"keep": str(keep.uid)} if keep else {}
    return browser.get(address("merge", one, other.uid), query)


def go(browser: Client, one: Patient, other: Patient, keep: Patient, **fields: Any) -> Any:
    where = f"{address('merge', one, other.uid)}?keep={keep.uid}"
    return browser.post(where, typed(**({"how": "Same NHS card"} | fields)))


def test_proposed_are_those_with_a_like_name_or_an_equal_number(desk: Desk) -> None:
    kept, merged = two(desk)
    numbered = desk.patient(given_name="Otto", family_name="Brandt", birth_date=TODAY)
    PatientIdentifier.objects.create(clinic=desk.clinic, patient=numbered, system="Old", value="rs 1")
    said = words(desk.coordinator.get(address("merge_choose", kept)))
    assert "RS-2" in said
    assert "Otto Brandt" in said
    found = words(desk.coordinator.get(address("merge_choose", kept), {"q": "nobody"}))
    assert "Nobody else is found" in found


def test_what_was_merged_is_separated_from_the_next_page(desk: Desk) -> None:
    kept, merged = two(desk)
    page = desk.coordinator.get(go(desk.coordinator, kept, merged, kept).url)
    assert "Separate again…" in words(page)
    assert f'href="{address("separate", merged)}"' in page.content.decode()


def test_side_by_side_a_coordinator_reads_dates_but_nothing_clinical(desk: Desk) -> None:
    kept, merged = two(desk, allergy_note="Latex")
    coordinator, physician = (words(ask(who, kept, merged)) for who in (desk.coordinator, desk.physician))
    for said in (coordinator, physician):
        assert "Calendar of the next 12 months" in said
        assert "Both have an order in force" in said
        assert "Both are booked for Tue 3 Mar 2026, 09:00: one booking stays." in said
    assert "Latex" in physician
    for clinical in ("Latex", "Allergies", "hydroxocobalamin", "Flags that"):
        assert clinical not in coordinator
    assert "micrograms" in physician


def test_of_two_dates_the_patient_is_to_be_told_which_stays(desk: Desk) -> None:
    kept, merged = two(desk)
    Booking.objects.filter(patient=merged).update(on=TODAY + dt.timedelta(2))
    said = words(ask(desk.coordinator, kept, merged))
    assert "Tue 3 Mar 2026, 09:00 stays, Wed 4 Mar 2026, 09:00 is cancelled: tell the patient." in said


def test_differences_that_one_person_should_not_have_are_named(desk: Desk) -> None:
    kept, merged = two(desk, birth_date=TODAY, sex="male")
    said = words(ask(desk.coordinator, kept, merged))
    for warning in ("The birth dates differ.", "The sex differs.", "different numbers of the same kind"):
        assert warning in said


def test_the_person_chooses_which_record_is_kept(desk: Desk) -> None:
    kept, merged = two(desk)
    assert ask(desk.coordinator, merged, kept).context["kept"] == kept  # the older one at first
    assert ask(desk.coordinator, kept, merged, keep=merged).context["kept"] == merged
    assert go(desk.coordinator, kept, merged, keep=merged).url == address("patient", merged)
    desk.look()
    assert Patient.objects.get(pk=kept.pk).merged_into == merged


def test_a_sentence_is_needed_and_the_same_form_twice_merges_once(desk: Desk) -> None:
    kept, merged = two(desk)
    assert go(desk.coordinator, kept, merged, keep=kept, how=" ").status_code == 422
    token = uuid.uuid4()
    answers = [go(desk.coordinator, kept, merged, keep=kept, token=token) for _ in "12"]
    assert [answer.url for answer in answers] == [address("patient", kept)] * 2
    desk.look()
    assert Merge.objects.get().reason == "Same NHS card"


def test_the_merged_record_says_where_it_went_and_search_leads_on(desk: Desk) -> None:
    kept, merged = two(desk)
    merge(desk, kept, merged)
    said = words(desk.coordinator.get(address("patient", merged)))
    assert "This record was merged into RS-1 on Mon 2 Mar 2026, by Physician" in said
    assert "Separate again…" in said
    assert "Separate again…" not in words(desk.nurse.get(address("patient", merged)))
    assert desk.nurse.get(address("patient_search"), {"q": "rs-2"}).url == address("patient", kept)
    assert "merged into RS-1" in words(desk.nurse.get(address("patient_search"), {"q": "Caloway"}))
    assert "RS-2" not in words(desk.nurse.get(address("patient_search")))
    found = desk.nurse.get(address("patient_search"), {"q": "943rs2"}).context["rows"]
    assert [row.patient for row in found] == [kept]


def test_the_kept_record_says_with_whom_it_was_merged(desk: Desk) -> None:
    kept, merged = two(desk)
    merge(desk, kept, merged)
    for browser in (desk.coordinator, desk.physician):
        page = desk_page(browser, kept)
        assert "Merged with RS-2" in words(page)
        assert address("patient", merged) in page.content.decode()
        assert "Earlier record number RS-2" in words(page)
    separate(desk, merged)
    assert "Separated again by Physician" in words(desk_page(desk.coordinator, kept))


def desk_page(browser: Client, patient: Patient) -> Any:
    return browser.get(address("patient", patient), {"shown": "500"})


@pytest.mark.parametrize(
    "name", ["edit_patient", "log_injection", "book", "contact", "record_results", "decide"]
)
def test_every_other_page_of_a_merged_record_leads_to_the_one_that_says_so(desk: Desk, name: str) -> None:
    kept, merged = two(desk)
    merge(desk, kept, merged)
    answer = desk.physician.get(address(name, merged))
    assert (answer.status_code, answer.url) == (302, address("patient", merged))


def test_what_was_typed_for_a_record_merged_meanwhile_is_not_saved_and_that_is_said(desk: Desk) -> None:
    kept, merged = two(desk)
    merge(desk, kept, merged)
    answer = desk.nurse.post(address("contact", merged), typed(outcome="no_answer"), follow=True)
    assert "Not saved: this record was merged into another one" in words(answer)
    part = desk.nurse.post(
        address("contact", merged), typed(outcome="no_answer"), headers={"HX-Request": "true"}
    )
    assert part.headers["HX-Redirect"] == address("patient", merged)


def test_separating_says_what_moves_back_and_what_stays(desk: Desk) -> None:
    kept, merged = two(desk)
    merge(desk, kept, merged)
    with time_machine.travel(TEN_O_CLOCK + dt.timedelta(hours=1), tick=False):
        desk.nurse.post(address("contact", kept), typed(outcome="no_answer"))
    page = desk.coordinator.get(address("separate", merged))
    assert ("Contacts", 1) in page.context["staying"]
    assert ("Injections", 4) in page.context["back_rows"]
    assert desk.coordinator.post(address("separate", merged), typed()).url == address("patient", merged)
    desk.look()
    assert Patient.objects.get(pk=merged.pk).merged_into is None
    assert desk.coordinator.post(address("separate", merged), typed()).url == address("patient", merged)


def test_separating_waits_for_the_later_merge(desk: Desk) -> None:
    kept, merged = two(desk)
    third = full(desk, begun=TODAY.replace(month=1), number="RS-3")
    merge(desk, kept, merged)
    merge(desk, third, kept)
    page = desk.coordinator.get(address("separate", merged))
    assert "RS-1 was merged into RS-3 afterwards. Separate those two first" in words(page)
    assert desk.coordinator.post(address("separate", merged), typed()).status_code == 409
    said = words(desk.nurse.get(address("patient", merged)))
    assert "RS-1 was merged into RS-3 since." in said
    assert desk.nurse.get(address("patient_search"), {"q": "RS-2"}).url == address("patient", third)


def test_a_nurse_and_a_manager_do_not_merge(desk: Desk) -> None:
    kept, merged = two(desk)
    for browser in (desk.nurse, desk.manager):
        assert go(browser, kept, merged, keep=kept).status_code == 403
        assert browser.get(address("merge_choose", kept)).status_code == 403
    assert "Same person as another record" not in words(desk.nurse.get(address("patient", kept)))
    assert "Same person as another record" in words(desk.coordinator.get(address("patient", kept)))


def test_another_clinics_record_is_not_there(desk: Desk) -> None:
    kept, _merged = two(desk)
    stranger = Desk().patient()
    assert go(desk.coordinator, kept, stranger, keep=kept).status_code == 404
    assert go(desk.coordinator, kept, kept, keep=kept).status_code == 404


def test_looking_at_both_is_in_the_access_log_of_both(desk: Desk) -> None:
    kept, merged = two(desk)
    ask(desk.coordinator, kept, merged)
    desk.look()
    looked = AccessLog.objects.filter(what="merging", user=desk.users["coordinator"])
    assert set(looked.values_list("patient", flat=True)) == {kept.pk, merged.pk}


def test_as_many_queries_for_few_rows_as_for_many(desk: Desk, django_assert_max_num_queries: Any) -> None:
    kept, merged = two(desk)
    ask(desk.physician, kept, merged)  # signs in
    with django_assert_max_num_queries(100) as few:
        ask(desk.physician, kept, merged)
    third = full(desk, begun=TODAY.replace(month=1), number="RS-3")
    merge_records(
        kept=merged, merged=third, reason="x", today=TODAY, token=uuid.uuid4(), by=desk.users["physician"]
    )
    with django_assert_max_num_queries(100) as many:
        ask(desk.physician, kept, merged)
    assert len(few) == len(many)
