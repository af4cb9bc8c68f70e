"""The results table and the calendar table, from facts alone."""

import datetime as dt

import pytest

from schedules.calendar_table import Booked, CalendarRow, calendar_table
from schedules.lab_table import LabTable, lab_table
from schedules.rules import facts as rules
from schedules.rules.evaluate import evaluate
from tests.patient.ruth import KEPT, START, TODAY, facts, lab, loading_days


def results(found: rules.Facts | None = None, family: str = "molar") -> LabTable:
    found = found or facts()
    return lab_table(found, evaluate(found, as_of=TODAY), family=family)


def test_a_row_a_draw_newest_first_with_its_place_in_the_cycle() -> None:
    table = results()
    assert [(row.on.isoformat(), row.when) for row in table.rows] == [
        ("2026-07-16", "before a dose, day 62"),
        ("2026-05-15", "before a dose, day 60"),
        ("2026-04-13", "28 days after a dose"),
        ("2026-01-09", "before the first dose"),
    ]


def test_a_converted_value_stands_beside_the_reported_one() -> None:
    molar, mass = results().rows[1].cells[0][0], results(family="mass").rows[1].cells[0][0]
    assert (molar.words, molar.reported) == ("325", "440 pg/mL")
    assert (mass.words, mass.reported) == ("440", "")
    assert results(family="mass").columns[0].unit == "pg/mL"


def test_what_is_not_as_it_should_be_is_said_in_a_word() -> None:
    newest, oldest = results().rows[0], results().rows[-1]
    assert newest.cells[1][0].mark == "high"
    assert newest.cells[2][0].mark == ""
    assert newest.others[0].label == "Ferritin"
    assert (newest.others[0].words, newest.others[0].mark) == ("25 micrograms/L", "low")
    assert [cells[0].mark for cells in (oldest.cells[0], *oldest.cells[3:])] == ["low", "low", "high"]


@pytest.mark.parametrize(
    ("sex", "value", "mark"),
    [
        ("male", "129", "low"),
        ("male", "130", ""),
        ("female", "119", "low"),
        ("female", "120", ""),
        ("unknown", "120", ""),
    ],
)
def test_haemoglobin_is_judged_by_sex(sex: str, value: str, mark: str) -> None:
    found = facts(patient=rules.Patient(sex=sex), labs=(lab(TODAY, "hb", value, "g/L"),))
    assert results(found).rows[0].cells[3][0].mark == mark


def test_haemoglobin_in_pregnancy_has_a_limit_of_its_own() -> None:
    pregnant = rules.Patient(sex="female", pregnancies=(rules.Pregnancy("pregnant", dt.date(2026, 9, 1)),))
    found = facts(patient=pregnant, labs=(lab(TODAY, "hb", "11.2", "g/dL"), lab(TODAY, "hb", "10.9", "g/dL")))
    first, second = results(found).rows[0].cells[3]
    assert (first.words, first.reported, first.mark) == ("112", "11.2 g/dL", "")
    assert second.mark == "low"


def test_a_thousand_has_no_exponent() -> None:
    found = facts(
        labs=(lab(TODAY, "b12", "1E+3", "pmol/L"), lab(TODAY, "mma", "250", "nmol/L", comparator="<"))
    )
    cells = results(found).rows[0].cells
    assert cells[0][0].words == "1000"
    assert cells[1][0].words == "< 250"


def calendar(
    *, show_all: bool = False, bookings: tuple[Booked, ...] = (), on: dt.date = TODAY
) -> list[CalendarRow]:
    found = facts()
    table = calendar_table(found, evaluate(found, as_of=on), bookings, show_all=show_all)
    return [row for _year, rows in table.years for row in rows]


def row_of(rows: list[CalendarRow], what: str) -> CalendarRow:
    return next(row for row in rows if row.what == what)


def test_the_open_dose_is_numbered_late_and_says_why() -> None:
    dose = row_of(calendar(), "Dose 4")
    assert dose.due_on == dt.date(2026, 11, 16)
    assert (dose.is_late, dose.late) == (True, "7 days late")
    assert dose.why
    assert dose.done == "not yet"


def test_a_dose_past_its_ideal_day_is_not_late_while_the_day_to_book_is_to_come() -> None:
    found = facts(injections=tuple(rules.Injection(day) for day in (*_doses(), dt.date(2026, 9, 28))))
    table = calendar_table(found, evaluate(found, as_of=dt.date(2026, 11, 29)), (), show_all=False)
    dose = next(row for _year, rows in table.years for row in rows if row.due_on == dt.date(2026, 11, 28))
    assert dose.to_book_on == dt.date(2026, 11, 30)
    assert (dose.due_note, dose.is_late) == ("due now", False)


def _doses() -> list[dt.date]:
    return [row.on for row in facts().injections][:-1]


def test_given_doses_stand_beside_the_day_they_were_due() -> None:
    rows = calendar(show_all=True)
    first = row_of(rows, "Dose 1")
    assert (first.due_on, first.done_on) == (dt.date(2026, 5, 16), KEPT[0])
    assert first.late == "1 day early"
    assert first.with_blood
    loading = row_of(rows, "Loading")
    assert loading.done == f"{len(loading_days())} doses, 12 Jan 2026 to 16 Mar 2026"


def test_bookings_stand_with_the_date_they_were_made_for() -> None:
    due = dt.date(2026, 11, 16)
    agreed = Booked("injection", dt.date(2026, 11, 24), dt.time(10, 20), due, is_current=True)
    past = Booked("injection", KEPT[0], dt.time(9, 0), dt.date(2026, 5, 16), is_current=False)
    rows = calendar(show_all=True, bookings=(agreed, past))
    assert row_of(rows, "Dose 4").booked_on == dt.date(2026, 11, 24)
    assert row_of(rows, "Dose 4").to_book_on is None
    assert row_of(rows, "Dose 1").booked_on == KEPT[0]


@pytest.mark.parametrize(
    ("visit", "with_dose_on"),
    [(dt.date(2026, 12, 29), dt.date(2026, 12, 29)), (dt.date(2026, 12, 28), None)],
)
def test_blood_goes_with_the_injection_somebody_booked_once_its_window_is_open(
    visit: dt.date, with_dose_on: dt.date | None
) -> None:
    due = dt.date(2026, 11, 16)
    rows = calendar(bookings=(Booked("injection", visit, dt.time(10, 20), due, is_current=True),))
    blood = row_of(rows, "Blood test")
    assert blood.due_on == dt.date(2027, 1, 12)
    assert blood.with_dose_on == with_dose_on
    assert (blood.to_book_on is None) == (with_dose_on is not None)
    assert row_of(rows, "Dose 4").with_blood == (with_dose_on is not None)


def test_blood_that_somebody_booked_by_itself_keeps_its_day() -> None:
    own = Booked("check", dt.date(2027, 1, 4), dt.time(8, 0), dt.date(2027, 1, 12), is_current=True)
    dose = Booked("injection", dt.date(2026, 12, 29), None, dt.date(2026, 11, 16), is_current=True)
    blood = row_of(calendar(bookings=(own, dose)), "Blood test")
    assert (blood.booked_on, blood.with_dose_on) == (dt.date(2027, 1, 4), None)


def test_blood_on_a_day_of_its_own_has_a_row_of_its_own() -> None:
    done = [row.done_on for row in calendar(show_all=True) if row.what == "Blood test" and row.done_on]
    assert done == [dt.date(2026, 4, 13), dt.date(2026, 1, 9)]


def test_the_nearest_dates_first_and_all_when_asked_for() -> None:
    near, everything = calendar(), calendar(show_all=True)
    assert len(near) < len(everything)
    assert [row.sort_on for row in everything] == sorted((row.sort_on for row in everything), reverse=True)


def test_numbers_go_on_after_six_loading_doses() -> None:
    found = facts(
        decisions=(rules.Decision(START, "start_treatment", protocol="three_times_weekly"),),
        injections=(rules.Injection(START),),
    )
    table = calendar_table(found, evaluate(found, as_of=START), (), show_all=True)
    names = [row.what for _year, rows in table.years for row in rows][::-1]
    assert "Loading dose 2 of 6" in names
    assert "Loading dose 6 of 6" in names
    assert "Dose 1" in names
