"""The changeable numbers of the defaults in words, and what a clinic has made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from patients.vocabulary import Interval
from schedules.rules.defaults import STANDARD, Defaults
from schedules.units import plain

# Field of schedules.rules.defaults.Defaults -> what it is, and its unit.
WORDS: dict[str, tuple[str, str]] = {
    "d3_adult_years": ("Adult from", "years"),
    "d4_low_pg_ml": ("Low below", "pg/mL"),
    "d4_top_pg_ml": ("Borderline up to", "pg/mL"),
    "d4_low_pmol_l": ("Low below", "pmol/L"),
    "d4_top_pmol_l": ("Borderline up to", "pmol/L"),
    "d6_mcv_fl": ("MCV above", "fL"),
    "d6_hb_male_g_l": ("Haemoglobin below, men", "g/L"),
    "d6_hb_female_g_l": ("Haemoglobin below, women or not known", "g/L"),
    "d6_hb_pregnant_g_l": ("Haemoglobin below, in pregnancy", "g/L"),
    "d6_days": ("Counted within", "days of the B12"),
    "d7_elderly_years": ("Older from", "years"),
    "d8_folate_ng_ml": ("Folate below", "ng/mL"),
    "d8_folate_nmol_l": ("Folate below", "nmol/L"),
    "d8_days": ("Counted for", "days"),
    "d9_ferritin_ug_l": ("Ferritin below", "micrograms/L"),
    "d9_transferrin_saturation_percent": ("Transferrin saturation below", "%"),
    "d10_months": ("Counted for", "months"),
    "d11_long_days": ("Early by more than, intervals of 28 days or longer", "days"),
    "d11_short_days": ("Early by more than, shorter intervals", "days"),
    "d12_loading_days": ("Grace in loading", "days"),
    "d12_twice_weekly_days": ("Grace, twice a week", "days"),
    "d12_1wk_days": ("Grace, every week", "days"),
    "d12_2wk_days": ("Grace, every 2 weeks", "days"),
    "d12_3wk_days": ("Grace, every 3 weeks", "days"),
    "d12_4wk_days": ("Grace, every 4 weeks", "days"),
    "d12_1mo_days": ("Grace, every month", "days"),
    "d12_2mo_days": ("Grace, every 2 months", "days"),
    "d12_3mo_days": ("Grace, every 3 months", "days"),
    "d13_days": ("Either side", "days"),
    "d14_months": ("Next after", "months"),
    "d15_long_days": ("Before the due date, intervals over 14 days", "days"),
    "d15_short_days": ("Before the due date, shorter intervals", "days"),
    "d16_days": ("From the first dose", "days"),
    "d16_span_days": ("Assessments span", "days"),
    "d17_interval": ("Preselected", ""),
    "d19_days": ("More than", "days"),
    "d21_days": ("Mentioned at", "days"),
    "d22_potassium_mmol_l": ("Potassium below", "mmol/L"),
    "d25_days": ("Either side of the B12", "days"),
}


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a default: as specified, and as the clinic has it if that differs."""

    label: str
    standard: str
    changed: str


def number_words(name: str, value: Any) -> str:
    """The number with its unit: "14 days", "3.5 mmol/L", "every 3 months"."""
    unit = WORDS[name][1] and gettext(WORDS[name][1])
    if name == "d17_interval":
        return Interval(str(value)).label
    if isinstance(value, str):
        value = Decimal(value)
    text = plain(value) if isinstance(value, Decimal) else str(value)
    return f"{text} {unit}".strip()


def change_words(name: str, value: Any | None) -> str:
    """One changed number in words; none: back to what is specified."""
    number, label = name.partition("_")[0].upper(), gettext(WORDS[name][0]).lower()
    if value is None:
        standard = number_words(name, getattr(STANDARD, name))
        return gettext("%(what)s: as specified, %(standard)s") % {
            "what": f"{number}, {label}",
            "standard": standard,
        }
    return f"{number}, {label}: {number_words(name, value)}"


def numbers_by_default(changed: Mapping[str, Any]) -> dict[str, list[Number]]:
    """The numbers of each default by its number ("D12"); `changed` are the clinic's, by field name."""
    found: dict[str, list[Number]] = {}
    for each in fields(Defaults):
        name = each.name
        standard = number_words(name, getattr(STANDARD, name))
        own = number_words(name, changed[name]) if name in changed else standard
        number = name.partition("_")[0].upper()
        found.setdefault(number, []).append(
            Number(gettext(WORDS[name][0]), standard, own if own != standard else "")
        )
    return found
