"""An entry of the record in the words of a nurse: "Serum B12 100 pmol/L, Mon 2 Mar 2026"."""

from patients.models import Assessment, BatchNotice, CheckIn, Injection, LabResult
from patients.models.record import ClinicalRecord
from patients.templatetags.clinic_words import day
from patients.vocabulary import B12Drug, Route


def entry_words(record: ClinicalRecord) -> str:
    """What the entry says, in one line; for a cause, a medicine or a pregnancy its name."""
    if isinstance(record, LabResult):
        value = f"{record.comparator}{record.value_text} {record.unit}"
        return f"{record.get_analyte_display()} {value}, {day(record.drawn_on)}"
    if isinstance(record, Assessment):
        return f"Assessment, {day(record.on)}"
    if isinstance(record, CheckIn):
        return f"Answers by link, {day(record.on)}"
    if isinstance(record, Injection):
        if not record.given:
            return f"Injection not given, {day(record.on)}"
        dose = f"{record.dose_ug.normalize():f} micrograms {Route(record.route).label}"
        return f"{B12Drug(record.drug).label}, {dose}, {day(record.on)}"
    if isinstance(record, BatchNotice):
        return f"Batch {record.number}: {record.get_how_display().lower()}, {day(record.on)}"
    return str(record)
