"""Reading JSON strictly: every value is named by its path, and what was expected there is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

Reader = Callable[[Any, str], Any]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?", re.ASCII)
_NUMBER = re.compile(r"\+?\d+(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
_YEARS = range(1800, 2501)
_LARGEST_EXPONENT = 30


class BadCase(ValueError):
    """Bad input: the path inside the case, and what was expected there."""

    def __init__(self, path: str, expected: str) -> None:
        self.path = path
        self.expected = expected
        super().__init__(f"{path or 'case'}: expected {expected}")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an object: how its value is read, and whether it must be there (null is absent)."""

    read: Reader
    required: bool = False


def within(path: str, key: str) -> str:
    """The path of a key of the object at a path."""
    return f"{path}.{key}" if path else key


def read_object(value: Any, path: str, keys: Mapping[str, Key]) -> dict[str, Any]:
    """The keys that are there and not null, each read. Raises ``BadCase`` for an unknown or a missing key."""
    if not isinstance(value, dict):
        raise BadCase(path, "an object")
    found = {}
    for name, inner in value.items():
        key = keys.get(name)
        if key is None:
            raise BadCase(within(path, name), f"no such key (known here: {', '.join(keys)})")
        if inner is not None:
            found[name] = key.read(inner, within(path, name))
    for name, key in keys.items():
        if key.required and name not in found:
            raise BadCase(within(path, name), "a value, as this key is required")
    return found


def a_list(read: Reader) -> Reader:
    """A reader of lists, each item read in the same way."""

    def read_list(value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise BadCase(path, "a list")
        return tuple(read(item, f"{path}[{position}]") for position, item in enumerate(value))

    return read_list


def a_code(codes: Iterable[str]) -> Reader:
    """A reader of one word out of a few; the answer is the member where the codes are an enumeration."""
    known = {str(code): code for code in codes}

    def read_code(value: Any, path: str) -> str:
        if not isinstance(value, str) or value not in known:
            raise BadCase(path, f"one of {', '.join(known)}")
        return known[value]

    return read_code


def a_text(value: Any, path: str) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise BadCase(path, "text")
    return value


def a_flag(value: Any, path: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise BadCase(path, "true or false")
    return value


def a_date(value: Any, path: str) -> date:
    """An ISO date of a century people have records of."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise BadCase(path, "a date that exists, as 2026-03-10") from None
        if day.year in _YEARS:
            return day
    raise BadCase(path, f"an ISO date as 2026-03-10, {_YEARS.start} to {_YEARS.stop - 1}")


def a_time(value: Any, path: str) -> time:
    """A time of day, hours and minutes."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return time.fromisoformat(value)
        except ValueError:
            raise BadCase(path, "a time that exists, as 09:10") from None
    raise BadCase(path, "a time as 09:10")


def a_number(value: Any, path: str) -> Decimal:
    """A number that is not negative, as a JSON number or a string, read as a decimal."""
    expected = "a number that is not negative"
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise BadCase(path, expected)
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise BadCase(path, expected)
    number = Decimal(value)
    if not number.is_finite() or number < 0:
        raise BadCase(path, expected)
    if (number and abs(number.adjusted()) >= _LARGEST_EXPONENT) or len(number.as_tuple().digits) > 100:
        raise BadCase(
            path,
            f"{expected}, from 10^-{_LARGEST_EXPONENT} to below 10^{_LARGEST_EXPONENT}, of 100 digits at most",
        )
    return number.copy_abs()  # abs() would round to the context


def a_whole_number(lowest: int, highest: int) -> Reader:
    """A reader of whole numbers between two."""

    def read_whole(value: Any, path: str) -> int:
        expected = f"a whole number from {lowest} to {highest}"
        try:
            number = a_number(value, path)
        except BadCase:
            raise BadCase(path, expected) from None
        if number != number.to_integral_value() or not lowest <= number <= highest:
            raise BadCase(path, expected)
        return int(number)

    return read_whole
