"""Flipped conditions that change nothing anyone could see, each with the reason why."""

EQUIVALENT: dict[str, str] = {
    "injections._steps: >= -> > in "
    "`ahead.give(book_on if as_of is None or book_on >= as_of else ahead.clinic.first_open(as_of))`": (
        "a booked day is open, so on that very day the first open day is the booked day"
    ),
    "checks._pregnancy_check: > -> >= in "
    "`if last is not None and add_months(last.drawn_on, PREGNANCY_MONTHS) > began_on:`": (
        "where both days are the same the due date is that day; only the sentence differs"
    ),
    "dates.add_months: > -> >= in `if of_month > 28:`": "the 28th is in every month",
    "facts.Clinic.__post_init__: not left out in `if not self.open_weekdays & frozenset(range(7)):`": (
        "clinics are made when a case is read, before; tested in tests/rules/test_facts.py"
    ),
}
