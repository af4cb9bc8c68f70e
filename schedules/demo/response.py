"""How a patient answers to treatment: results and scores on a day, falling, rising, wearing off; always the same."""

import re
from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from schedules.rules.facts import LOADING_PROTOCOLS, Assessment, Lab
from schedules.rules.labs import at_target

if TYPE_CHECKING:
    from schedules.demo.walk import Life

# Analyte: unit and decimals where a laboratory reports in molar and in mass units.
MOLAR = {
    "b12": ("pmol/L", 1.0, 0),
    "mma": ("nmol/L", 1.0, 0),
    "homocysteine": ("umol/L", 1.0, 1),
    "hb": ("g/L", 1.0, 0),
    "mcv": ("fL", 1.0, 0),
    "platelets": ("10*9/L", 1.0, 0),
    "ferritin": ("ug/L", 1.0, 0),
    "transferrin_saturation": ("%", 1.0, 0),
    "vitamin_d": ("nmol/L", 1.0, 0),
    "thiamine": ("nmol/L", 1.0, 0),
    "calcium": ("mmol/L", 1.0, 2),
    "vitamin_a": ("umol/L", 1.0, 1),
}
MASS = MOLAR | {
    "b12": ("pg/mL", 1.3554, 0),
    "hb": ("g/dL", 0.1, 1),
    "vitamin_d": ("ng/mL", 1 / 2.496, 0),
    "calcium": ("mg/dL", 1 / 0.2495, 1),
    "vitamin_a": ("ug/dL", 1 / 0.0349, 0),
}
PANELS = {"cbc": ("hb", "mcv", "platelets"), "neuro_assessment": ()}
# From, to, and the days in which half of the way is gone.
COURSES = {
    "mma": (860, 190, 28),
    "homocysteine": (29, 8.4, 24),
    "hb": (102, 136, 32),
    "mcv": (114, 91, 45),
    "platelets": (138, 240, 15),
    "ferritin": (64, 70, 100),
    "transferrin_saturation": (27, 28, 100),
    "vitamin_d": (82, 88, 100),
    "thiamine": (101, 108, 100),
    "calcium": (2.33, 2.36, 100),
    "vitamin_a": (1.7, 1.8, 100),
}
# In prevention nothing was low.
HEALTHY = {"mma": 205, "homocysteine": 9.0, "hb": 134, "mcv": 91, "platelets": 236}
_RESULT = re.compile(r"(\w+) ([<>]=?)?([\d.]+) (\S+)")


class Response:
    """The course of one life since its plan began."""

    def __init__(self, life: "Life", started_on: date) -> None:
        self.life = life
        self.started_on = started_on

    def value(self, analyte: str, day: date) -> float:
        """What would be measured, in the canonical unit."""
        story, days = self.life.story, max((day - self.started_on).days, 0)
        if analyte == "b12":
            first, last, half = float(story.b12), float(story.treated), 18
        else:
            first, last, half = COURSES[analyte]
            if story.protocol in {"prophylaxis", "take_over"}:
                first = HEALTHY.get(analyte, first)
        share: float = 0.5 ** (days / half)
        wobble = self.life.chance(f"{analyte} {len(self.life.labs)}").uniform(-0.05, 0.05)
        return float((last + (first - last) * share) * (1 + wobble))

    def baseline_draw(self, day: date) -> None:
        """The blood that led to the plan. While loading goes on the slower results are not back yet (R56)."""
        still_loading = not self.life.story.loading_days and self.life.story.protocol in LOADING_PROTOCOLS
        if self.life.story.protocol == "prophylaxis":
            contents: tuple[str, ...] = ("b12",)
        else:
            contents = ("b12", "cbc") if still_loading else ("b12", "cbc", "mma", "homocysteine")
        self.draw(day, (*contents, "ferritin", "transferrin_saturation"), before_dose=None)

    def draw(self, day: date, contents: Iterable[str], *, before_dose: bool | None) -> None:
        """Results for what the calendar asks, but what the story leaves out. A value that was above its target is
        measured again, and iron from the twelfth month on."""
        names = [name for part in contents for name in PANELS.get(part, (part,))]
        if "b12" in names and day > self.started_on:
            names += [name for name in ("mma", "homocysteine") if self._was_above_target(name)]
            if (day - self.started_on).days > 330:
                names += ["ferritin", "transferrin_saturation"]
        for name in dict.fromkeys(names):
            if name in self.life.story.without:
                continue
            unit, times, decimals = (MOLAR if self.life.molar else MASS)[name]
            text = f"{name} {self.value(name, day) * times:.{decimals}f} {unit}"
            self.record(self.life, day, text, before_dose=before_dose)

    def _was_above_target(self, analyte: str) -> bool:
        latest = [lab for lab in self.life.labs if lab.analyte == analyte]
        return bool(latest) and at_target(max(latest, key=lambda lab: lab.drawn_on)) is False

    def settle_last_values(self) -> None:
        """Give the last B12 draw before a dose the values that the story ends with."""
        troughs = [
            lab.drawn_on for lab in self.life.labs if lab.analyte == "b12" and lab.drawn_on > self.started_on
        ]
        if not troughs or not self.life.story.last_values:
            return
        day = max(troughs)
        new = {text.split()[0] for text in self.life.story.last_values}
        before = next(lab.before_dose for lab in self.life.labs if lab.drawn_on == day)
        self.life.labs = [lab for lab in self.life.labs if lab.drawn_on != day or lab.analyte not in new]
        for text in self.life.story.last_values:
            self.record(self.life, day, text, before_dose=before)

    @staticmethod
    def record(life: "Life", day: date, text: str, *, before_dose: bool | None) -> None:
        """One result, as "b12 >200 pmol/L"."""
        found = _RESULT.fullmatch(text)
        if found is None:
            raise ValueError(f"not a result: {text}")
        analyte, comparator, value, unit = found.groups()
        at = time(8, 40) if before_dose else None
        ref = life.ref("lab", value_text=value)
        life.labs.append(
            Lab(day, analyte, Decimal(value), unit, comparator, drawn_at=at, before_dose=before_dose, ref=ref)
        )

    def assess(self, day: date) -> None:
        """The scores of a day: from those before treatment to the best, half of the way in 30 days."""
        story, days = self.life.story, (day - self.started_on).days
        share = 0.5 ** (days / 30)
        scores = tuple(
            None if first is None else round(best + (first - best) * share)
            for first, best in zip(story.before, story.after, strict=True)
        )
        # Who was telephoned about wearing off a few days ago is not asked again at the draw.
        days_told = 4 if story.wears_off else 1
        if any(0 <= (day - row.on).days < days_told for row in self.life.assessments):
            return
        self.life.assessments.append(Assessment(day, scores, self.life.ref("assessment", at=time(8, 45))))

    def late_in_the_cycle(self, dose_on: date) -> None:
        """In the last five cycles the score rises again from about day 45."""
        today, best = self.life.today, self.life.story.after
        if (today - dose_on).days > 310:
            return
        rises = (today - dose_on).days < 250
        chance = self.life.chance(f"cycle {len(self.life.injections)}")
        for days, more in ((9, 0), (30, 0), (46, 1), (56, 2)):
            day = dose_on + timedelta(days + chance.randint(-2, 2))
            if day >= self.life.ago(16):
                return
            numb, memory = (min(more, 1), more // 2) if rises else (0, 0)
            scores = (best[0] + numb, best[1], best[2] + memory, best[3], best[4])
            ref = self.life.ref("assessment", note="By telephone" if more else "")
            self.life.assessments.append(Assessment(day, scores, ref))
