"""Flipping any condition of the rules makes a case fail, so no condition stands without a case."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from schedules.rules import (
    checks,
    dates,
    doses,
    facts,
    injections,
    labs,
    plans,
    prescriptions,
    records,
    situation,
)
from schedules.rules.case_results import differences, result_of
from schedules.rules.cases import Case, parse_case
from schedules.rules.flags import bloods, medicines, symptoms
from schedules.rules.flags import doses as dose_flags
from tests.mutation.conditions import Mutant, mutants_of
from tests.mutation.survivors import EQUIVALENT

CASES = [
    parse_case(path.read_text()) for path in sorted((Path(__file__).parents[1] / "cases").rglob("*.json"))
]
MODULES = (
    *(prescriptions, plans, records),
    *(dose_flags, symptoms, bloods, medicines),
    *(doses, injections, checks, labs),
    *(situation, dates, facts),
)
LONGEST_SECONDS = 10
# Words for people, which cases do not compare.
TEXT_ONLY = {"injections._reason", "injections._rules", "checks._why_then", "facts.Lab.as_reported"}


class TooSlow(Exception):
    """A mutant that does not come to an end."""


def conditions_of(module: ModuleType) -> list[Mutant]:
    """The mutants of a module whose function decides something."""
    return [mutant for mutant in mutants_of(module) if mutant.name.partition(":")[0] not in TEXT_ONLY]


@contextmanager
def time_limit() -> Iterator[None]:
    def stop(signum: int, frame: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def passes(case: Case) -> bool:
    return not any(differences(case.expect, result_of(case)))


def survives(mutant: Mutant) -> bool:
    """Whether every case passes with a mutant in place; one that breaks off or never ends does not survive."""
    forget_limits()
    try:
        with mutant.in_place(), time_limit():
            return all(passes(case) for case in CASES)
    except Exception:  # noqa: BLE001 - whatever a mutant raises, the cases have told it apart
        return False
    finally:
        forget_limits()


def forget_limits() -> None:
    """Limits are worked out once; a mutant must work them out itself, and leave none behind."""
    labs.limit_as_reported.cache_clear()
    labs.family_limit_as_reported.cache_clear()


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_flipping_any_condition_makes_a_case_fail(module: ModuleType) -> None:
    assert all(passes(case) for case in CASES)
    mutants = conditions_of(module)
    assert mutants
    survivors = {mutant.name for mutant in mutants if survives(mutant)}
    assert survivors - set(EQUIVALENT) == set()


def test_every_mutant_accepted_as_equivalent_exists_and_says_why() -> None:
    names = {mutant.name for module in MODULES for mutant in conditions_of(module)}
    assert set(EQUIVALENT) - names == set()
    assert all(EQUIVALENT.values())
