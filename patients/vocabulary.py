"""The coded words of the record: what is stored, and what a person reads. Pure: imports no Django.

Each code is the one of the case files; labels are the words a nurse uses.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

# How a label is said: in English, until the pages' language is given to it (patients.apps).
_say: Callable[[str], str] = str
_say_later: Callable[[str], Any] = str


def say_labels(now: Callable[[str], str] | None = None, later: Callable[[str], Any] | None = None) -> None:
    """Let labels be said in the reader's language: at once, and as a choice that is kept until it is shown."""
    global _say, _say_later
    _say, _say_later = now or _say, later or _say_later


class Coded(StrEnum):
    """A code with a label: `Route.IM` is "im", `Route.IM.label` is "into the muscle (IM)".

    `label` is said in the reader's language; the sentences of the rules, which are stored, use `english`.
    """

    english: str

    def __new__(cls, code: str, english: str = "") -> "Coded":
        member = str.__new__(cls, code)
        member._value_ = code
        member.english = english
        return member

    @property
    def label(self) -> str:
        """The words, in the language of whoever reads them now."""
        return _say(self.english)

    @property
    def choice(self) -> tuple[str, Any]:
        """(code, label) for a form or model field: the label finds its language when it is shown."""
        return self.value, _say_later(self.english)

    @classmethod
    def choices(cls) -> list[tuple[str, Any]]:
        """All of them, in the order written."""
        return [member.choice for member in cls]


class Sex(Coded):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    UNKNOWN = "unknown", "Not known"


class Domain(Coded):
    """The five domains of the symptom assessment (R2)."""

    PERIPHERAL_NEUROPATHY = "peripheral_neuropathy", "Numbness, tingling"
    GAIT_ATAXIA = "gait_ataxia", "Walking, balance"
    COGNITIVE = "cognitive", "Memory, thinking"
    GLOSSITIS = "glossitis", "Sore tongue"
    VISUAL = "visual", "Sight"


class Score(Coded):
    """Scores of a domain (R2); stored as whole numbers 0 to 3."""

    NONE = "0", "none"
    MILD = "1", "mild"
    MODERATE = "2", "moderate"
    SEVERE = "3", "severe"


class HowMuch(Coded):
    """The same four steps in the words of a patient who answers by link."""

    NONE = "0", "none"
    A_LITTLE = "1", "a little"
    QUITE_A_LOT = "2", "quite a lot"
    VERY_MUCH = "3", "very much"


class CauseKind(Coded):
    PERNICIOUS_ANAEMIA = "pernicious_anaemia", "Pernicious anaemia"
    BARIATRIC_SURGERY = "bariatric_surgery", "Bariatric surgery"
    ILEAL_RESECTION = "ileal_resection", "Ileal resection"
    CROHNS_ILEAL = "crohns_ileal", "Crohn's disease of the ileum"
    INHERITED_COBALAMIN_DISORDER = "inherited_cobalamin_disorder", "Inherited cobalamin disorder"
    DIETARY = "dietary", "Diet"
    OTHER = "other", "Other cause"


class Antibody(Coded):
    """Intrinsic-factor antibody (R14)."""

    POSITIVE = "positive", "Positive"
    NEGATIVE = "negative", "Negative"
    UNKNOWN = "unknown", "Not known"


class Procedure(Coded):
    """Bariatric procedures (R13)."""

    ROUX_EN_Y = "roux_en_y", "Roux-en-Y gastric bypass"
    BILIOPANCREATIC_DIVERSION = "biliopancreatic_diversion", "Biliopancreatic diversion"
    SLEEVE_GASTRECTOMY = "sleeve_gastrectomy", "Sleeve gastrectomy"
    OTHER = "other", "Other procedure"


class Gene(Coded):
    """Genes of the inherited cobalamin disorders (R22)."""

    TCN2 = "TCN2", "TCN2"
    MMACHC = "MMACHC", "MMACHC"
    MMADHC = "MMADHC", "MMADHC"
    MTRR = "MTRR", "MTRR"
    MTR = "MTR", "MTR"
    OTHER = "other", "Other gene"


class PregnancyStatus(Coded):
    PLANNING = "planning", "Planning a pregnancy"
    PREGNANT = "pregnant", "Pregnant"


class B12Drug(Coded):
    """B12 drugs that are injected."""

    HYDROXOCOBALAMIN = "hydroxocobalamin", "Hydroxocobalamin"
    CYANOCOBALAMIN = "cyanocobalamin", "Cyanocobalamin"
    MECOBALAMIN = "mecobalamin", "Methylcobalamin (mecobalamin)"


class MedicationDrug(Coded):
    """Medicines that matter here, taken by mouth."""

    FOLIC_ACID = "folic_acid", "Folic acid"
    METFORMIN = "metformin", "Metformin"
    PROTON_PUMP_INHIBITOR = "proton_pump_inhibitor", "Proton pump inhibitor (PPI)"
    ORAL_B12 = "oral_b12", "Vitamin B12 by mouth"


class Route(Coded):
    IM = "im", "into the muscle (IM)"
    SC = "sc", "under the skin (SC)"
    IV = "iv", "into a vein (IV)"
    ORAL = "oral", "by mouth"


class Comparator(Coded):
    LT = "<", "less than"
    LE = "<=", "at most"
    GT = ">", "more than"
    GE = ">=", "at least"


class Protocol(Coded):
    ALTERNATE_DAY = "alternate_day", "Alternate days"
    THREE_TIMES_WEEKLY = "three_times_weekly", "Three times a week"
    PROPHYLAXIS = "prophylaxis", "Prevention"
    TAKE_OVER = "take_over", "Taken over"


class BeganWith(Coded):
    """How treatment begun elsewhere was started (take_over)."""

    ALTERNATE_DAY = "alternate_day", "Alternate days (neurological signs)"
    THREE_TIMES_WEEKLY = "three_times_weekly", "Three times a week"
    UNKNOWN = "unknown", "Not known"


class Phase(Coded):
    NOT_STARTED = "not_started", "Not started"
    LOADING = "loading", "Loading"
    MAINTENANCE = "maintenance", "Maintenance"
    PROPHYLAXIS = "prophylaxis", "Prevention"
    STOPPED = "stopped", "Stopped"
    CLOSED = "closed", "Closed"


class Interval(Coded):
    """Intervals of maintenance and prevention, shortest first."""

    TWICE_WEEKLY = "twice_weekly", "twice a week"
    W1 = "1wk", "every week"
    W2 = "2wk", "every 2 weeks"
    W3 = "3wk", "every 3 weeks"
    W4 = "4wk", "every 4 weeks"
    M1 = "1mo", "every month"
    M2 = "2mo", "every 2 months"
    M3 = "3mo", "every 3 months"


class LongInterval(Coded):
    """Longer than the guideline allows; may be asked for, is refused (INTERVAL_TOO_LONG)."""

    M4 = "4mo", "every 4 months"
    M6 = "6mo", "every 6 months"
    M12 = "12mo", "every 12 months"


class Regimen(Coded):
    """What an order may ask for besides an interval."""

    ALTERNATE_DAY = "alternate_day", "on alternate days (loading)"
    THREE_TIMES_WEEKLY = "three_times_weekly", "three times a week (loading, six doses)"
    DAILY = "daily", "daily"


class DecisionKind(Coded):
    START_TREATMENT = "start_treatment", "Treatment started"
    START_PROPHYLAXIS = "start_prophylaxis", "Prevention started"
    TAKE_OVER = "take_over", "Treatment taken over"
    PLATEAU_CONFIRMED = "plateau_confirmed", "Plateau confirmed"
    CHANGE_INTERVAL = "change_interval", "Interval changed"
    STOP = "stop", "Treatment stopped"
    CLOSE = "close", "Record closed"


class IntervalReason(Coded):
    """Coded reasons for another interval (R46); the last three are laboratory values (R45)."""

    SYMPTOMS_RETURNED = "symptoms_returned", "Symptoms returned"
    SYMPTOMS_PERSIST = "symptoms_persist", "Symptoms persist"
    SYMPTOM_FREE = "symptom_free", "Free of symptoms"
    BARIATRIC = "bariatric", "Bariatric surgery"
    ILEAL_DISEASE = "ileal_disease", "Disease of the ileum"
    PATIENT_PREFERENCE = "patient_preference", "Patient's wish"
    B12_LEVEL = "b12_level", "B12 level"
    MMA_LEVEL = "mma_level", "MMA level"
    HOMOCYSTEINE_LEVEL = "homocysteine_level", "Homocysteine level"


class StopReason(Coded):
    LEVELS_NORMAL = "levels_normal", "Levels are normal"
    CAUSE_RESOLVED = "cause_resolved", "The cause is gone"
    OTHER = "other", "Other"


class CloseReason(Coded):
    DIED = "died", "Died"
    TRANSFERRED = "transferred", "Moved to another clinic"
    DECLINED = "declined", "Declines treatment"


class OverrideReason(Coded):
    """Coded reasons for going ahead against a soft refusal; always with a sentence."""

    SPECIALIST_ADVICE = "specialist_advice", "Specialist advice"
    INFORMED_CHOICE = "informed_choice", "Patient's informed choice"
    INTERIM_SUPPLY = "interim_supply", "Interim supply"
    CONTRAINDICATION = "contraindication", "Contraindication to the usual choice"
    REPORT_SAYS_SO = "report_says_so", "The report says so"
    GIVEN_ELSEWHERE = "given_elsewhere", "Given elsewhere"
    OTHER = "other", "Other"


class Severity(Coded):
    """Severities of flags, most urgent first."""

    URGENT = "urgent", "Urgent"
    WARNING = "warning", "Warning"
    INFO = "info", "Information"


class Analyte(Coded):
    B12 = "b12", "Serum B12"
    ACTIVE_B12 = "active_b12", "Active B12"
    MMA = "mma", "Methylmalonic acid"
    HOMOCYSTEINE = "homocysteine", "Homocysteine"
    FOLATE = "folate", "Serum folate"
    FERRITIN = "ferritin", "Ferritin"
    TRANSFERRIN_SATURATION = "transferrin_saturation", "Transferrin saturation"
    HB = "hb", "Haemoglobin"
    MCV = "mcv", "MCV"
    PLATELETS = "platelets", "Platelets"
    RETICULOCYTES = "reticulocytes", "Reticulocytes"
    VITAMIN_D = "vitamin_d", "Vitamin D"
    THIAMINE = "thiamine", "Thiamine"
    CALCIUM = "calcium", "Calcium"
    VITAMIN_A = "vitamin_a", "Vitamin A"
    EGFR = "egfr", "eGFR"
    POTASSIUM = "potassium", "Potassium"


class BodySite(Coded):
    """Where on the body; the other side of the same site is offered next time."""

    DELTOID_LEFT = "deltoid_left", "left upper arm"
    DELTOID_RIGHT = "deltoid_right", "right upper arm"
    THIGH_LEFT = "thigh_left", "left thigh"
    THIGH_RIGHT = "thigh_right", "right thigh"
    GLUTEAL_LEFT = "gluteal_left", "left buttock"
    GLUTEAL_RIGHT = "gluteal_right", "right buttock"


class NotGivenReason(Coded):
    DECLINED = "declined", "Declined"
    UNWELL = "unwell", "Unwell"
    NO_STOCK = "no_stock", "No stock"
    OTHER = "other", "Other"


class Place(Coded):
    """Where a dose was given."""

    HERE = "here", "Here"
    ELSEWHERE = "elsewhere", "Elsewhere"
    SELF = "self", "By the patient"


class ToldHow(Coded):
    """How somebody was told that a batch they had was withdrawn, or that they could not be told yet."""

    PHONE = "phone", "By phone"
    IN_PERSON = "in_person", "In person"
    LETTER = "letter", "By letter"
    NOT_REACHED = "not_reached", "Not reached"


class ErrorReason(Coded):
    """Why an entry is struck out; the entry itself stays."""

    WRONG_PATIENT = "wrong_patient", "Recorded on the wrong patient"
    NOT_DONE = "not_done", "It did not happen"
    DUPLICATE = "duplicate", "Recorded twice"
    AMENDED = "amended", "Corrected: see the new entry"
    UNDONE = "undone", "Undone at once"
    OTHER = "other", "Other"


class LabSource(Coded):
    TYPED = "typed", "Typed"
    FILE = "file", "File"
    FEED = "feed", "Laboratory feed"


class ContactOutcome(Coded):
    AGREED_DATE = "agreed_date", "Agreed a date"
    CALL_LATER = "call_later", "Call later"
    TOLD_IN_PERSON = "told_in_person", "Told in person"
    NO_ANSWER = "no_answer", "No answer"
    DECLINED = "declined", "Declined"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    MOVED_AWAY = "moved_away", "Moved away"
    DIED = "died", "Died"
    OTHER = "other", "Other"


B12_DRUGS = frozenset(B12Drug)
PARENTERAL_ROUTES = frozenset({Route.IM, Route.SC})

# Causes that do not go away by treatment (R51, R52).
LASTING_CAUSES = frozenset(
    {
        CauseKind.PERNICIOUS_ANAEMIA,
        CauseKind.BARIATRIC_SURGERY,
        CauseKind.ILEAL_RESECTION,
        CauseKind.CROHNS_ILEAL,
        CauseKind.INHERITED_COBALAMIN_DISORDER,
    }
)

# Codes of other systems, for exchange: ATC for drugs, SNOMED CT for routes.
ATC = {
    B12Drug.HYDROXOCOBALAMIN: "B03BA03",
    B12Drug.CYANOCOBALAMIN: "B03BA01",
    B12Drug.MECOBALAMIN: "B03BA05",
    MedicationDrug.FOLIC_ACID: "B03BB01",
}
SNOMED_ROUTE = {Route.IM: "78421000", Route.SC: "34206005", Route.IV: "47625008", Route.ORAL: "26643006"}
