"""Letters as PDF. What people typed travels as data, so none of it is ever read as markup."""

import json
from collections.abc import Sequence
from pathlib import Path

import typst
from django.conf import settings

from schedules.letters.parts import Letter

_TEMPLATES = Path(settings.BASE_DIR) / "templates" / "letters"


def letter_pdf(letter: Letter) -> bytes:
    """One letter of one or more pages, tagged, with title and language."""
    return _compiled("letter.typ", [letter])


def batch_letters_pdf(letters: Sequence[Letter]) -> bytes:
    """Letters of a page each in one file."""
    return _compiled("batch.typ", letters)


def _compiled(template: str, letters: Sequence[Letter]) -> bytes:
    data = json.dumps([letter.as_data() for letter in letters])
    found: bytes = typst.compile(_TEMPLATES / template, root=_TEMPLATES, sys_inputs={"data": data})
    return found
