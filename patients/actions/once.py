"""The same form sent twice records once."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction

from patients.models import SubmittedForm


class AlreadySubmittedError(Exception):
    """This very form was recorded before; `result` is what it led to (an address, or empty)."""

    def __init__(self, result: str) -> None:
        super().__init__("This form was already sent and recorded.")
        self.result = result


def claim_form(*, token: uuid.UUID, by: Any) -> SubmittedForm:
    """Take the form's token, in the transaction of its action. A second copy waits for the first, then gets
    AlreadySubmittedError. Set `.result` and save when the action is done."""
    try:
        with transaction.atomic():
            return SubmittedForm.objects.create(token=token, user=by)
    except IntegrityError as error:
        found = SubmittedForm.objects.filter(token=token, user=by).first()
        raise AlreadySubmittedError(found.result if found else "") from error
