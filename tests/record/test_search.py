"""Finding a patient as people type."""

import datetime as dt
from typing import Any

import pytest

from schedules.actions.refresh import refresh_patients
from tests.record.desk import Desk, address, words


def find(desk: Desk, text: str, **filters: Any) -> Any:
    return desk.nurse.get(address("patient_search"), {"q": text} | filters)


def names(page: Any) -> list[str]:
    return [row.patient.name for row in page.context["rows"]]


@pytest.fixture
def some(desk: Desk) -> Desk:
    for given, family, born, number in [
        ("Łukasz", "Ångström", dt.date(1961, 3, 3), "RS-1"),
        ("Ruth", "Calloway", dt.date(1950, 12, 31), "RS-10"),
        ("Ruth Mary", "O'Neill", dt.date(1961, 3, 3), "RS-2"),
    ]:
        desk.patient(given_name=given, family_name=family, birth_date=born, record_number=number)
    return desk


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("angstrom", ["Łukasz Ångström"]),
        ("LUKASZ", ["Łukasz Ångström"]),
        ("ruth calloway", ["Ruth Calloway"]),
        ("Calloway, Ruth", ["Ruth Calloway"]),
        ("o'neill", ["Ruth Mary O'Neill"]),
        ("ruth", ["Ruth Calloway", "Ruth Mary O'Neill"]),
        ("3.3.1961", ["Łukasz Ångström", "Ruth Mary O'Neill"]),
        ("1961-03-03", ["Łukasz Ångström", "Ruth Mary O'Neill"]),
        ("3 march 1961", ["Łukasz Ångström", "Ruth Mary O'Neill"]),
        ("caloway", ["Ruth Calloway"]),
        ("30.2.1961", []),
        ("%", []),
        ("x\x00", []),
        ("'; drop table", []),
        ("q" * 3000, []),
    ],
)
def test_finds_what_is_meant(some: Desk, text: str, found: list[str]) -> None:
    page = find(some, text)
    assert page.status_code == 200
    assert sorted(names(page)) == sorted(found)
    if not found:
        assert "Nobody is found" in words(page)


def test_the_exact_number_opens_at_once_though_it_begins_another(some: Desk) -> None:
    assert find(some, "RS-10").status_code == 302
    assert find(some, "rs-1").status_code == 302


@pytest.mark.parametrize("page", ["0", "-1", "x", "999", ""])
def test_a_page_that_is_none_is_the_nearest(some: Desk, page: str) -> None:
    assert len(names(find(some, "", page=page))) == 3


def test_another_clinics_patients_are_not_found(some: Desk) -> None:
    Desk().patient(given_name="Zacharias", family_name="Elsewhere")
    assert names(find(some, "Zacharias")) == []


def test_a_manager_does_not_search(some: Desk) -> None:
    assert some.manager.get(address("patient_search")).status_code == 403


def test_as_many_queries_for_one_row_as_for_fifty(desk: Desk, django_assert_max_num_queries: Any) -> None:
    first = desk.patient()
    refresh_patients([first.pk], cause="test")
    find(desk, "")  # signs in
    with django_assert_max_num_queries(100) as one:
        assert len(names(find(desk, ""))) == 1
    desk.look()
    more = [desk.patient().pk for _ in range(49)]
    refresh_patients(more, cause="test")
    with django_assert_max_num_queries(100) as fifty:
        assert len(names(find(desk, ""))) == 50
    assert len(one) == len(fifty)
