"""The demonstration's clinics, staff, shelves. All invented."""

from dataclasses import dataclass

PASSWORD = "walk-in demo 2026"  # shown to every visitor of a demonstration, which holds no real person
DOMAIN = "demo.example"


@dataclass(frozen=True, slots=True)
class DemoClinic:
    """One clinic; `open_weekdays` with Monday 0."""

    key: str
    name: str
    record_prefix: str
    time_zone: str
    country: str
    region: str
    units: str
    open_weekdays: tuple[int, ...]
    phone: str
    address: str


CLINICS = (
    DemoClinic(
        "riverside", "Riverside Surgery", "RS-", "Europe/London", "GB", "ENG", "molar", (0, 1, 2, 3, 4),
        "020 7946 0142", "4 Mill Lane\nThornbridge",
    ),
    DemoClinic(
        "harbour", "Harbour Clinic", "HC-", "America/Halifax", "CA", "NS", "mass", (0, 1, 2, 3, 4, 5),
        "902 555 0164", "18 Wharf Street\nPort Merren",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One member of staff: signs in as `login`@demo.example; roles by clinic."""

    login: str
    name: str
    roles: dict[str, tuple[str, ...]]


STAFF = (
    Person("nurse", "Joy Mbeki", {"riverside": ("nurse",)}),
    Person("physician", "Dr Helen Marsh", {"riverside": ("physician",)}),
    Person("coordinator", "Tom Ellery", {"riverside": ("coordinator",)}),
    Person("manager", "Anita Verma", {"riverside": ("manager",)}),
    Person("nurse.harbour", "Luc Comeau", {"harbour": ("nurse",)}),
    Person("physician.harbour", "Dr Iain Macrae", {"harbour": ("physician",)}),
    Person("coordinator.harbour", "Dana Whynot", {"harbour": ("coordinator",)}),
    Person("manager.harbour", "Pearl Boudreau", {"harbour": ("manager",)}),
    Person("both", "Dr Nora Whitfield", {"riverside": ("physician", "nurse"), "harbour": ("physician",)}),
)


@dataclass(frozen=True, slots=True)
class DemoBatch:
    """A batch on every clinic's shelf; days count from today."""

    product: str
    number: str
    expires_in_days: int
    withdrawn_days_ago: int | None = None
    withdrawn_reason: str = ""


PRODUCTS = (
    ("Hydroxocobalamin 1 mg/mL", "hydroxocobalamin", "Northlake Pharma"),
    ("Cyanocobalamin 1 mg/mL", "cyanocobalamin", "Northlake Pharma"),
    ("Methylcobalamin 1 mg/mL", "mecobalamin", "Ostrava Compounding"),
)
BATCHES = (
    DemoBatch("Hydroxocobalamin 1 mg/mL", "H4471B", 280),
    DemoBatch("Hydroxocobalamin 1 mg/mL", "H4502A", 520),
    DemoBatch("Hydroxocobalamin 1 mg/mL", "H4128C", -24),
    DemoBatch("Hydroxocobalamin 1 mg/mL", "H4390D", 190, 12, "Recalled by the manufacturer: particles seen"),
    DemoBatch("Cyanocobalamin 1 mg/mL", "C2077", 330),
    DemoBatch("Methylcobalamin 1 mg/mL", "M0912", 150),
)
