"""The same form sent twice records once."""

import uuid
from typing import Any

from django.db import connection
from django.utils import timezone

from patients.models import SubmittedForm

# Waits for a copy that is just being recorded; one statement, since every write of a form begins with it.
_CLAIM = (
    "INSERT INTO patients_submittedform (token, user_id, at, result) VALUES (%s, %s, %s, '') "
    "ON CONFLICT (token) DO NOTHING"
)


class AlreadySubmittedError(Exception):
    """This very form was recorded before; `result` is what it led to (an address, or empty)."""

    def __init__(self, result: str) -> None:
        super().__init__("This form was already sent and recorded.")
        self.result = result


def recorded_before(*, token: str | None, by: Any) -> str | None:
    """What this very form of `by` led to, if it was recorded before; else nothing. For views whose own checks
    would take the second copy for a conflict with the first."""
    try:
        found = SubmittedForm.objects.filter(token=uuid.UUID(token or ""), user=by).first()
    except ValueError:
        return None
    return found.result if found else None


def claim_form(*, token: uuid.UUID, by: Any) -> SubmittedForm:
    """Take the form's token, in the transaction of its action. A second copy waits for the first, then gets
    AlreadySubmittedError. Set `.result` and save when the action is done.

    An action that may still refuse after this is `@transaction.atomic`, so that refusing gives the token back:
    otherwise the corrected form, sent again, would be taken for recorded."""
    form = SubmittedForm(token=token, user=by, at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [token, by.pk, form.at])
        claimed = cursor.rowcount == 1
    if not claimed:
        found = SubmittedForm.objects.filter(token=token, user=by).first()
        raise AlreadySubmittedError(found.result if found else "")
    form._state.adding = False
    return form
