"""Find a patient by name, birth date or record number, as people type them."""

import datetime as dt
import re

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q, QuerySet

from patients.models import Patient, PatientIdentifier
from patients.models.patient import fold, number_key

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# How like a name must be to be offered when nothing matches as typed.
LIKE = 0.45


def as_date(text: str) -> dt.date | None:
    """A date as people write it: 1961-03-03, 3.3.1961, 03/03/1961, 3 Mar 1961 (day before month); else nothing."""
    plain = text.strip().lower()
    if iso := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", plain):
        year, month, day = map(int, iso.groups())
    elif numeric := re.fullmatch(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})", plain):
        day, month, year = map(int, numeric.groups())
    elif worded := re.fullmatch(r"(\d{1,2})\.? ([a-z]{3})[a-z]*\.? (\d{4})", plain):
        if worded[2] not in _MONTHS:
            return None
        day, month, year = int(worded[1]), _MONTHS.index(worded[2]) + 1, int(worded[3])
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def find_patients(patients: QuerySet[Patient], text: str) -> QuerySet[Patient]:
    """Those of `patients` that `text` means: a birth date, a record or other number, or every word in the name.

    If nothing matches a name as typed, names that sound like it (trigram similarity), most alike first. Records that
    were merged into another are among those found (an old name leads on), but not in the list of all.
    """
    ordered = patients.select_related("schedule", "merged_into").order_by("name_key", "pk")
    text = text.strip()
    if not text:
        return ordered.filter(merged_into__isnull=True)
    if born := as_date(text):
        return ordered.filter(birth_date=born)
    in_name = Q()
    for word in fold(text).replace(",", " ").split():
        in_name &= Q(name_key__contains=word)
    numbered = Q(record_number__icontains=text)
    if key := number_key(text):
        numbered |= Q(pk__in=PatientIdentifier.objects.current().filter(value_key=key).values("patient"))
    found = ordered.filter(in_name | numbered)
    if found.exists():
        return found
    likeness = TrigramWordSimilarity(fold(text), "name_key")
    return (
        patients.select_related("schedule", "merged_into")
        .annotate(likeness=likeness)
        .filter(likeness__gte=LIKE)
        .order_by("-likeness", "pk")
    )
