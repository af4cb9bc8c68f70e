"""The rules alone: one patient with ten years of maintenance; and all of them again, as when a default changes."""

import datetime as dt
import statistics
import time
from dataclasses import dataclass
from decimal import Decimal

from schedules.actions.rebuild import rebuild_clinic
from schedules.benchmark.measuring import Measured, in_turn, row
from schedules.benchmark.population import Population
from schedules.rules.dates import add_months
from schedules.rules.evaluate import evaluate
from schedules.rules.facts import Assessment, Clinic, Decision, Facts, Injection, Lab, Patient

DOSES, CHECKS, AT_ONCE = 60, 19, 20


@dataclass(frozen=True)
class _Plain:
    on: dt.date
    due: dt.date
    number: int


def _ten_years(today: dt.date) -> Facts:
    """Loading, then a dose every two months and a check before every third, up to last month."""
    first = add_months(today, -2 * (DOSES - 6) - 1)
    loading = [first + dt.timedelta(2 * number) for number in range(6)]
    doses = loading + [add_months(loading[-1], 2 * number) for number in range(1, DOSES - 5)]
    drawn = [add_months(loading[-1], 6 * number) for number in range(1, CHECKS + 1)]
    return Facts(
        patient=Patient(birth_date=dt.date(1961, 3, 3), sex="female"),
        clinic=Clinic(frozenset(range(5))),
        decisions=(
            Decision(first, "start_treatment", "alternate_day", maintenance_interval="2mo", ref="decision:1"),
            Decision(loading[-1], "plateau_confirmed", ref="decision:2"),
        ),
        assessments=(Assessment(first, (1, 0, 0, 0, 0), "assessment:1"),),
        injections=tuple(Injection(day, ref=f"injection:{n}") for n, day in enumerate(doses) if day <= today),
        labs=tuple(
            Lab(day, "b12", Decimal(430), "pmol/L", before_dose=True, ref=f"lab:{n}")
            for n, day in enumerate(drawn)
            if day <= today
        ),
    )


def evaluation(population: Population, *, repeat: int) -> list[Measured]:
    """Evaluate sixty doses and nineteen checks, against building as many frozen rows with plain dates."""
    facts, day = _ten_years(population.today), dt.timedelta(60)

    def work() -> None:
        for _ in range(AT_ONCE):
            evaluate(facts, as_of=population.today)

    def floor() -> None:
        for _ in range(AT_ONCE):
            on = population.today
            for number in range(DOSES + CHECKS):
                _Plain(on, on + day, number)
                on -= day

    times, floors = in_turn(work, floor, repeat=repeat)
    each, floor_each = [t / AT_ONCE for t in times], [t / AT_ONCE for t in floors]
    measured = row("Evaluate 60 doses, 19 checks", each, floor_each, most=8, goal="<= 8 x, < 0.5 ms")
    return [measured] if statistics.median(each) < 0.5 else [_too_slow(measured)]


def _too_slow(measured: Measured) -> Measured:
    return Measured(**(measured.as_dict() | {"met": False}))


def rebuild(population: Population, *, repeat: int) -> list[Measured]:
    """Everything of the clinic of 1,000 again, forecasts included; once, whatever `repeat`."""
    patients = 0

    def count(done: int, total: int) -> None:
        nonlocal patients
        patients = done

    begun = time.perf_counter()
    rebuild_clinic(population.clinic, as_of=population.today, progress=count)
    seconds = time.perf_counter() - begun
    a_second = patients / seconds
    words = f"{a_second:.0f} patients a second"
    took = round(seconds * 1000, 1)
    return [Measured("Rebuild a clinic", ">= 150 patients/s", took, took, met=a_second >= 150, note=words)]
