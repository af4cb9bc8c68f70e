"""What a patient's story is made of. Days count backwards from today (`ago`), so that it fits any date."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Scored:
    """An assessment beside those of the calendar, in the order of the domains."""

    ago: int
    scores: tuple[int | None, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the patient answered by link, in the order of the domains."""

    ago: int
    scores: tuple[int | None, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """Results drawn together, as "b12 262 pmol/L" or "b12 >200 pmol/L"."""

    ago: int
    results: tuple[str, ...]
    before_dose: bool | None = None


@dataclass(frozen=True, slots=True)
class Gave:
    """An injection beside those of the calendar."""

    ago: int
    drug: str = "hydroxocobalamin"
    route: str = "im"
    place: str = "here"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on the course, with what it overrode."""

    ago: int
    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    overrides: tuple[tuple[str, str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Takes:
    """A medicine taken since, and until, so many days ago."""

    drug: str
    since: int
    until: int | None = None
    mg: str | None = None
    ug: str | None = None


@dataclass(frozen=True, slots=True)
class Expects:
    """Planning a pregnancy, or pregnant."""

    status: str
    since: int
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call; `again_in` days from today."""

    ago: int
    outcome: str
    note: str = ""
    again_in: int | None = None


Extra = Scored | Answered | Measured | Gave | Decided | Takes | Expects

NONE = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Story:
    """One patient: who they are, the plan, how they fare, and where they stand today.

    `protocol` none: not started. `doses`: how many the last phase has had, more or less. `due`: days from today
    to the open injection's due date, aimed at by moving the start; `dues`: several, the first that fits. From a due
    date in the past on, nothing of the calendar was kept. `shows`: flags that must stand today. `blood_until`: days
    ago since when no blood was drawn. `before`, `after`: scores before treatment and at best.
    """

    number: str
    name: str
    born: date
    sex: str
    causes: tuple[dict[str, Any], ...]
    protocol: str | None = None
    interval: str = ""
    began_with: str = ""
    doses: int = 0
    loading_days: int = 0
    due: int | None = None
    dues: tuple[int, ...] = ()
    shows: tuple[str, ...] = ()
    before: tuple[int | None, ...] = NONE
    after: tuple[int, ...] = NONE
    drug: str = "hydroxocobalamin"
    b12: int = 95
    treated: int = 520
    last_values: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    blood_until: int = 0
    wears_off: bool = False
    punctual: bool = False
    booked_at: str = ""
    booked_in: int = 0
    given_at: str = ""
    extras: tuple[Extra, ...] = ()
    calls: tuple[Called, ...] = ()
    bleeding: str = ""
    allergy: str = ""
    mail: str = "yes"
    overrides: tuple[tuple[str, str, str], ...] = ()
    codes: tuple[str, ...] = ()
    renewed_ago: int | None = None
    wrong_entry: str = ""

    @property
    def given_name(self) -> str:
        return self.name.rpartition(" ")[0]

    @property
    def family_name(self) -> str:
        return self.name.rpartition(" ")[2]
