"""The words that may stand nowhere in a message: whoever sees it learns that there is a visit, not what for."""

import email
import re
from collections.abc import Iterable
from email.header import decode_header, make_header
from email.message import Message

from patients.vocabulary import Analyte, B12Drug, MedicationDrug

# Parts of words: "vitamin" finds "multivitamins".
_PARTS = (
    "b12",
    "vitamin",
    "injection",
    "blood",
    "cobalamin",
    "folate",
    "folic",
    "anaemia",
    "anemia",
    "neurolog",
    "haematolog",
    "hematolog",
    "gastroenterolog",
    "endocrin",
    "oncolog",
    "psychiatr",
    "bariatric",
    "deficien",
    "syringe",
    "laborator",
    "patholog",
    *(drug.value.replace("_", " ") for drug in (*B12Drug, *MedicationDrug)),
    *(analyte.value.replace("_", " ") for analyte in Analyte if len(analyte.value) > 5),
)
# Whole words only: short enough to stand inside harmless ones.
_WHOLE = ("mma", "mcv", "hb", "egfr", "dose", "doses", "ppi")
_FOUND = re.compile("|".join([*map(re.escape, _PARTS), rf"\b(?:{'|'.join(_WHOLE)})\b"]), re.IGNORECASE)


def clinical_words(text: str) -> set[str]:
    """The clinical words found in `text`, in lower case; letters only joined by punctuation count ("b-12")."""
    joined = re.sub(r"(?<=b)[-‐‑–\s_.]+(?=12)", "", text, flags=re.IGNORECASE)
    return {match.lower() for match in _FOUND.findall(joined)}


def without_clinical_words(texts: Iterable[str]) -> list[str]:
    """Those of `texts` (lines of an address, names) that hold none."""
    return [text for text in texts if text and not clinical_words(text)]


def clinical_words_in_mail(raw: bytes) -> set[str]:
    """The clinical words in a whole message, as it travels and as it is read.

    Only the address of the recipient is left out: it is the patient's own and known to whoever carries the mail.
    """
    mail = email.message_from_bytes(raw)
    as_it_travels = raw.decode("latin-1").replace(mail["To"] or "\0", "")
    return clinical_words("\n".join([as_it_travels, *_as_read(mail)]))


def _as_read(mail: Message) -> Iterable[str]:
    for part in mail.walk():
        for name, value in part.items():
            if name.lower() != "to" and "=?" in value:  # Else it reads as it travels.
                yield str(make_header(decode_header(value)))
        if not part.is_multipart():
            body = part.get_payload(decode=True)
            yield body.decode(part.get_content_charset("utf-8"), "replace") if isinstance(body, bytes) else ""
