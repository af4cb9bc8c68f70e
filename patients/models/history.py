"""History by triggers: each insert and update of a tracked table writes a row that nobody can change.

Statement-level triggers, since row-level ones cost an order of magnitude more on large imports. Who did it
comes from the transaction-local `app.user` that the clinic scope sets, not from pghistory's context (which
rewrites every statement and breaks executemany).
"""

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
from django.db import models
from django.db.models.expressions import RawSQL

ModelT = TypeVar("ModelT", bound=type[models.Model])


def keep_history(**options: Any) -> Callable[[ModelT], ModelT]:
    """Class decorator: keep every version of the model's rows in `<Model>Event`."""
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        context_field=None,  # type: ignore[arg-type]  # the stubs forget that None means no context
        append_only=False,  # The grants are the wall: the application's role has no UPDATE or DELETE here.
        level=pghistory.Statement,
        attrs={
            "pgh_user": models.CharField(
                max_length=20,
                db_default=RawSQL("coalesce(current_setting('app.user', true), '')", []),
                editable=False,
            )
        },
        **options,
    )
