"""Dates and distances as a nurse says them: "Tue 2 Feb 2027", "in 6 days", "9 days late"."""

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from patients.notices import assess_url_of, card_url_of, separate_url_of, undo_url_of

register = template.Library()


@cache
def names_of_days(language: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Weekdays from Monday and months from January, short, in the language that is active: ("Mon", …), ("Jan", …)."""
    return (
        tuple(str(WEEKDAYS_ABBR[number]) for number in range(7)),
        tuple(str(MONTHS_3[number]).title() for number in range(1, 13)),
    )


@register.filter
def day(value: dt.date | None) -> str:
    """Tue 2 Feb 2027."""
    if value is None:
        return "–"
    days, months = names_of_days(get_language())
    return f"{days[value.weekday()]} {value.day} {months[value.month - 1]} {value.year}"


@register.filter
def short_day(value: dt.date | None) -> str:
    """Tue 2 Feb: where the year stands above or is this one."""
    if value is None:
        return "–"
    days, months = names_of_days(get_language())
    return f"{days[value.weekday()]} {value.day} {months[value.month - 1]}"


@register.filter
def plain_date(value: dt.date | None) -> str:
    """2 Feb 2027: birth dates, expiry dates."""
    if value is None:
        return "–"
    return f"{value.day} {names_of_days(get_language())[1][value.month - 1]} {value.year}"


@register.filter
def distance(value: dt.date | None, today: dt.date) -> str:
    """How far off: today, tomorrow, in 6 days, 9 days late."""
    if value is None:
        return ""
    days = (value - today).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days > 1:
        return _("in %(n)s days") % {"n": days}
    return ngettext("%(n)s day late", "%(n)s days late", -days) % {"n": -days}


@register.filter
def ago(value: dt.date | None, today: dt.date) -> str:
    """today, yesterday, 9 days ago."""
    if value is None:
        return ""
    days = (today - value).days
    return _("today") if days == 0 else _("yesterday") if days == 1 else _("%(n)s days ago") % {"n": days}


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
def assess_url(message: Any) -> str:
    """Where the assessment that a notice says is due is recorded, or nothing."""
    return assess_url_of(message.extra_tags)


@register.filter
def separate_url(message: Any) -> str:
    """Where the records a notice says were merged are separated again, or nothing."""
    return separate_url_of(message.extra_tags)


@register.filter
def choice(value: Any, choices: Any) -> str:
    """The label of a chosen value among (value, label) pairs, or nothing."""
    return next((str(label) for code, label in choices if str(code) == str(value)), "")


@register.filter
def last_digits(phone: str) -> str:
    """The last three digits of a phone number: enough to recognise it."""
    return "".join(char for char in phone if char.isdecimal())[-3:]
