"""Where each rule comes from: the guideline's rules R1 to R58 and the clinic's defaults D0 to D25.

The guideline summary is itself marked as pending review by people; ``PENDING_REVIEW`` says so wherever rules
are shown. A default is not the guideline's word: it fills a gap, and a clinic may change its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

GUIDELINE_TITLE = "Treatment of Severe Vitamin B12 Deficiency"
GUIDELINE_VERSION = "18 February 2026"
PENDING_REVIEW = True

ASSESSMENT = "Initial assessment"
WITH_SYMPTOMS = "Treatment with neurological symptoms"
WITHOUT_SYMPTOMS = "Treatment without neurological symptoms"
ROUTE = "Route of administration"
PRODUCT = "Choice of B12 product"
FOLATE = "Folic acid"
FIRST_YEAR = "Monitoring in the first year"
LONG_TERM = "Long-term monitoring"
FREQUENCY = "Adjusting the frequency"
PREVENTION = "Groups that need prevention"
PITFALLS = "Common pitfalls"
OWN = "Clinic default"

REFUSED_HARD = "refused"
REFUSED = "refused unless overridden"
FLAGGED = "flag"
ADVICE = "advice"
CALENDAR = "calendar"
SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule or default: its number, in plain words, the part of the source, how it acts, and who disputes
    it."""

    number: str
    text: str
    section: str
    strength: str
    disputed: str | None = None
    version: str = GUIDELINE_VERSION
    pending_review: bool = PENDING_REVIEW

    @property
    def is_default(self) -> bool:
        """Whether it is a default of the clinic and not a rule of the guideline."""
        return self.number.startswith("D")


NO_REPEAT = (
    "Some pathways in the United Kingdom do not repeat serum B12 in people on injections at all; "
    "the guideline asks for it at 3, 6 and 12 months and then yearly."
)
OFF_LABEL = (
    "Hydroxocobalamin is licensed for use into the muscle; deep under the skin is off label. "
    "The guideline accepts both."
)
ORAL_TRIAL = (
    "The doubled risk was seen with a combination of B vitamins by mouth; the guideline applies it to "
    "cyanocobalamin in diabetic kidney disease."
)
CROHNS_ALONE = (
    "Whether Crohn's disease without resection causes B12 deficiency is disputed; "
    "the guideline counts more than 30 to 60 cm of ileum."
)

_RULES = (
    Rule("R1", "Assess all five neurological domains before the first dose.", ASSESSMENT, REFUSED),
    Rule("R2", "Five domains, each scored 0 to 3 or not assessed.", ASSESSMENT, CALENDAR),
    Rule(
        "R3",
        "Any domain of 1 or more: alternate days. All five clear: standard loading.",
        ASSESSMENT,
        CALENDAR,
    ),
    Rule("R4", "With symptoms: 1000 micrograms into the muscle on alternate days.", WITH_SYMPTOMS, CALENDAR),
    Rule("R5", "With symptoms, no weaker loading than alternate days.", WITH_SYMPTOMS, REFUSED),
    Rule(
        "R6",
        "Alternate days go on until improvement levels off, with regular review.",
        WITH_SYMPTOMS,
        CALENDAR,
    ),
    Rule("R7", "Then every 2 months for life, no longer interval.", WITH_SYMPTOMS, REFUSED),
    Rule("R8", "Without symptoms: three times a week for two weeks, six doses.", WITHOUT_SYMPTOMS, CALENDAR),
    Rule("R9", "Without symptoms, alternate days are more than needed.", WITHOUT_SYMPTOMS, ADVICE),
    Rule("R10", "After standard loading: every 2 or 3 months for life.", WITHOUT_SYMPTOMS, CALENDAR),
    Rule(
        "R11",
        "An injection is 1000 micrograms; above 5000 it is a slip of the unit.",
        WITHOUT_SYMPTOMS,
        REFUSED,
    ),
    Rule("R12", "Neurological symptoms: by injection.", ROUTE, REFUSED),
    Rule("R13", "After bariatric surgery: by injection.", ROUTE, REFUSED),
    Rule("R14", "Pernicious anaemia with intrinsic factor antibody: by injection.", ROUTE, REFUSED),
    Rule("R15", "Ileal resection of more than 20 cm: by injection.", ROUTE, REFUSED),
    Rule(
        "R16",
        "Crohn's of more than 30 cm of ileum: by injection; confirm up to 60 cm.",
        ROUTE,
        REFUSED,
        CROHNS_ALONE,
    ),
    Rule("R17", "By injection means into the muscle, or deep under the skin.", ROUTE, ADVICE, OFF_LABEL),
    Rule("R18", "Never into a vein: almost all of it is lost.", ROUTE, REFUSED_HARD),
    Rule("R19", "Hydroxocobalamin is the preferred product.", PRODUCT, ADVICE),
    Rule("R20", "No cyanocobalamin when kidney function is below 50.", PRODUCT, REFUSED),
    Rule("R21", "No cyanocobalamin in diabetic kidney disease.", PRODUCT, REFUSED, ORAL_TRIAL),
    Rule("R22", "No cyanocobalamin in an inherited disorder of B12 metabolism.", PRODUCT, REFUSED_HARD),
    Rule("R23", "No folic acid before B12 is corrected: it hides the anaemia.", FOLATE, REFUSED),
    Rule("R24", "Folic acid being taken while B12 is not corrected is pointed out.", FOLATE, FLAGGED),
    Rule(
        "R25", "After correction: 5 milligrams a day, if a folate deficiency is on record.", FOLATE, REFUSED
    ),
    Rule("R26", "A course of folic acid lasts 4 months at least.", FOLATE, FLAGGED),
    Rule("R27", "Serum B12 3 months after the start.", FIRST_YEAR, CALENDAR, NO_REPEAT),
    Rule("R28", "Serum B12 6 months after the start.", FIRST_YEAR, CALENDAR, NO_REPEAT),
    Rule("R29", "Serum B12 12 months after the start.", FIRST_YEAR, CALENDAR, NO_REPEAT),
    Rule("R30", "Each check with a full blood count.", FIRST_YEAR, FLAGGED),
    Rule("R31", "B12 borderline, or symptoms: methylmalonic acid, below 271 nmol/L.", FIRST_YEAR, FLAGGED),
    Rule("R32", "Each check with homocysteine, below 10 micromol/L.", FIRST_YEAR, FLAGGED),
    Rule("R33", "Each check with a neurological assessment.", FIRST_YEAR, FLAGGED),
    Rule(
        "R34", "After bariatric surgery, planning or in pregnancy: B12 every 3 months.", FIRST_YEAR, CALENDAR
    ),
    Rule(
        "R35",
        "After the first year and two normal checks in a row: once a year.",
        LONG_TERM,
        CALENDAR,
        NO_REPEAT,
    ),
    Rule("R36", "Draw serum B12 just before the next injection.", LONG_TERM, FLAGGED),
    Rule("R37", "Long term too, homocysteine below 10 micromol/L.", LONG_TERM, FLAGGED),
    Rule("R38", "Long term, ferritin and transferrin saturation.", LONG_TERM, FLAGGED),
    Rule("R39", "Low iron weakens the response.", LONG_TERM, FLAGGED),
    Rule(
        "R40",
        "After bariatric surgery: vitamin D, thiamine, calcium, vitamin A twice a year.",
        LONG_TERM,
        CALENDAR,
    ),
    Rule("R41", "After bariatric surgery: vitamin D of 75 nmol/L or more.", LONG_TERM, FLAGGED),
    Rule(
        "R42",
        "Where the standard interval is not enough: twice a week up to every 4 weeks.",
        FREQUENCY,
        CALENDAR,
    ),
    Rule("R43", "Monthly maintenance is an accepted alternative.", FREQUENCY, CALENDAR),
    Rule(
        "R44",
        "Symptoms, bariatric surgery, extensive ileal disease: monthly may suit better.",
        FREQUENCY,
        FLAGGED,
    ),
    Rule("R45", "Never set the interval by B12 or methylmalonic acid alone.", FREQUENCY, REFUSED),
    Rule("R46", "Another interval needs a clinical reason.", FREQUENCY, REFUSED_HARD),
    Rule("R47", "Ileal resection of more than 20 cm: monthly injections, for good.", PREVENTION, FLAGGED),
    Rule("R48", "Crohn's of more than 30 cm of ileum: the same.", PREVENTION, FLAGGED, CROHNS_ALONE),
    Rule(
        "R49", "Bariatric surgery: the same, or 1000 to 2000 micrograms a day by mouth.", PREVENTION, FLAGGED
    ),
    Rule("R50", "Older people on a PPI or metformin for more than 4 months: the same.", PREVENTION, FLAGGED),
    Rule("R51", "Normal levels, or a cause that lasts, are no reason to stop.", PITFALLS, REFUSED),
    Rule("R52", "With a cause that lasts the plan has no end.", PITFALLS, CALENDAR),
    Rule("R53", "A normal serum B12 alone never means enough treatment.", PITFALLS, FLAGGED),
    Rule("R54", "Symptoms despite a normal B12: methylmalonic acid and homocysteine.", PITFALLS, FLAGGED),
    Rule(
        "R55",
        "B12 below 180 pg/mL (133 pmol/L) with macrocytic anaemia: start the same day.",
        PITFALLS,
        FLAGGED,
    ),
    Rule("R56", "Pending tests are never a reason to wait.", PITFALLS, ADVICE),
    Rule("R57", "Symptoms that return call for more frequent injections.", PITFALLS, FLAGGED),
    Rule("R58", "Maintenance has no last dose.", PITFALLS, CALENDAR),
)

_DEFAULTS = (
    Rule("D0", "A window of months or days up to a date has both its ends in it.", OWN, SETTING),
    Rule("D1", "Months are calendar months, cut at the month's end, counted from the anchor.", OWN, SETTING),
    Rule("D2", "A clinic has open weekdays and closed dates; bookings fall on open days.", OWN, SETTING),
    Rule("D3", "Adults are 16 or older at the start; younger people see a specialist.", OWN, SETTING),
    Rule("D4", "Borderline B12 is 180 to 350 pg/mL, or 133 to 258 pmol/L.", OWN, SETTING),
    Rule("D5", "A result is judged in the kind of unit it was reported in.", OWN, SETTING),
    Rule(
        "D6", "Macrocytic anaemia: MCV above 100 and low haemoglobin within 30 days of the B12.", OWN, SETTING
    ),
    Rule("D7", "Older people are 65 or more.", OWN, SETTING),
    Rule("D8", "Folate deficiency: below 4 ng/mL (9.1 nmol/L) within 90 days.", OWN, SETTING),
    Rule("D9", "Low iron: ferritin below 30 micrograms/L, or saturation below 20 %.", OWN, SETTING),
    Rule("D10", "Kidney function counts for 12 months.", OWN, SETTING),
    Rule("D11", "Early is more than 7 days before the due date, 1 day with short intervals.", OWN, SETTING),
    Rule("D12", "Days of grace before an injection counts as missed, by interval.", OWN, SETTING),
    Rule("D13", "A check has a window of 14 days either side.", OWN, SETTING),
    Rule("D14", "After the first year, not yet stable: the next B12 after 3 months.", OWN, SETTING),
    Rule(
        "D15", "The trough window opens 7 days before the due date, 1 day with short intervals.", OWN, SETTING
    ),
    Rule("D16", "A plateau: after 21 days, three same assessments over 14 days.", OWN, SETTING),
    Rule("D17", "Standard maintenance is preselected as every 3 months.", OWN, SETTING),
    Rule("D18", "A result with < or > counts only for what holds of every value in it.", OWN, SETTING),
    Rule("D19", "A hole in loading: more than 7 days since the last dose.", OWN, SETTING),
    Rule("D20", "A long gap: one whole interval past the due date.", OWN, SETTING),
    Rule("D21", "A gap in alternate days: 3 days are mentioned, more are a warning.", OWN, SETTING),
    Rule("D22", "Low potassium in loading: below 3.5 mmol/L (product label).", OWN, SETTING),
    Rule("D23", "A normal B12 known not to be a trough does not count for stability.", OWN, SETTING),
    Rule("D24", "A patient taken over on treatment counts as stable, past the first year.", OWN, SETTING),
    Rule("D25", "A check is complete with its parts within 14 days of the B12.", OWN, SETTING),
)

RULES: dict[str, Rule] = {rule.number: rule for rule in _RULES}
DEFAULTS: dict[str, Rule] = {rule.number: rule for rule in _DEFAULTS}
