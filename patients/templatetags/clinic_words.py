"""Dates and distances as a nurse says them: "Tue 2 Feb 2027", "in 6 days", "9 days late"."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from patients.notices import card_url_of, undo_url_of

register = template.Library()

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@register.filter
def day(value: dt.date | None) -> str:
    """Tue 2 Feb 2027."""
    if value is None:
        return "–"
    return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]} {value.year}"


@register.filter
def short_day(value: dt.date | None) -> str:
    """Tue 2 Feb: where the year stands above or is this one."""
    if value is None:
        return "–"
    return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}"


@register.filter
def plain_date(value: dt.date | None) -> str:
    """2 Feb 2027: birth dates, expiry dates."""
    return "–" if value is None else f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


@register.filter
def distance(value: dt.date | None, today: dt.date) -> str:
    """How far off: today, tomorrow, in 6 days, 9 days late."""
    if value is None:
        return ""
    days = (value - today).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    if days > 1:
        return f"in {days} days"
    return "1 day late" if days == -1 else f"{-days} days late"


@register.filter
def ago(value: dt.date | None, today: dt.date) -> str:
    """today, yesterday, 9 days ago."""
    if value is None:
        return ""
    days = (today - value).days
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of the sprite in templates/components/icons.html; decoration, so hidden from screen readers."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.filter
def number(value: Decimal | None) -> str:
    """1000 or 4.5: no needless digits, no exponent."""
    return "–" if value is None else f"{value.normalize():f}"


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """mapping[key], or nothing."""
    return mapping.get(key)


@register.filter
def undo_url(message: Any) -> str:
    """Where a notice can be taken back, or nothing."""
    return undo_url_of(message.extra_tags)


@register.filter
def card_url(message: Any) -> str:
    """Where the card that a notice offers can be printed, or nothing."""
    return card_url_of(message.extra_tags)


@register.filter
def choice(value: Any, choices: Any) -> str:
    """The label of a chosen value among (value, label) pairs, or nothing."""
    return next((str(label) for code, label in choices if str(code) == str(value)), "")


@register.filter
def last_digits(phone: str) -> str:
    """The last three digits of a phone number: enough to recognise it."""
    return "".join(char for char in phone if char.isdecimal())[-3:]
