"""The changeable numbers of the defaults D0 to D25, with the values the specification fixes.

A clinic may hold others; the engine takes them as an argument. In a case file they are overridden by
``clinic.defaults``, an object from the names below written with a capital D ("D9_ferritin_ug_l") to a number
(D17: an interval). Limits of serum B12, folate and vitamin D exist once for mass and once for molar units
(D5).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

LIMITS_OF_EARLY_IN_DAYS = 28  # D11: intervals of this length or longer have the longer tolerance
LIMIT_OF_TROUGH_IN_DAYS = 14  # D15: intervals longer than this have the longer window


@dataclass(frozen=True, slots=True)
class Defaults:
    """Default numbers; the field name starts with the default's number and ends with the unit."""

    d3_adult_years: int = 16
    d4_low_pg_ml: Decimal = Decimal(180)
    d4_top_pg_ml: Decimal = Decimal(350)
    d4_low_pmol_l: Decimal = Decimal(133)
    d4_top_pmol_l: Decimal = Decimal(258)
    d6_mcv_fl: Decimal = Decimal(100)
    d6_hb_male_g_l: Decimal = Decimal(130)
    d6_hb_female_g_l: Decimal = Decimal(120)
    d6_hb_pregnant_g_l: Decimal = Decimal(110)
    d6_days: int = 30
    d7_elderly_years: int = 65
    d8_folate_ng_ml: Decimal = Decimal(4)
    d8_folate_nmol_l: Decimal = Decimal("9.1")
    d8_days: int = 90
    d9_ferritin_ug_l: Decimal = Decimal(30)
    d9_transferrin_saturation_percent: Decimal = Decimal(20)
    d10_months: int = 12
    d11_long_days: int = 7
    d11_short_days: int = 1
    d12_loading_days: int = 1
    d12_twice_weekly_days: int = 1
    d12_1wk_days: int = 2
    d12_2wk_days: int = 3
    d12_3wk_days: int = 5
    d12_4wk_days: int = 7
    d12_1mo_days: int = 7
    d12_2mo_days: int = 14
    d12_3mo_days: int = 14
    d13_days: int = 14
    d14_months: int = 3
    d15_long_days: int = 7
    d15_short_days: int = 1
    d16_days: int = 21
    d16_span_days: int = 14
    d17_interval: str = "3mo"
    d19_days: int = 7
    d21_days: int = 3
    d22_potassium_mmol_l: Decimal = Decimal("3.5")
    d25_days: int = 14

    def grace(self, interval: str) -> int:
        """D12: days after the due date before a maintenance or prophylaxis dose counts as missed."""
        days: int = getattr(self, f"d12_{interval}_days")
        return days


STANDARD = Defaults()
