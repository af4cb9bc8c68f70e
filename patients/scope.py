"""The clinic scope: one transaction that begins with the clinics whose rows may be seen.

PostgreSQL's row-level security reads `app.clinics` (and history reads `app.user`). Both are set locally,
so they end with the transaction and never leak to the next request of a pooled connection; unset means
no rows at all.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction


def set_local_scope(clinic_ids: Iterable[int], *, user_id: int | None = None) -> None:
    """Narrow the running transaction to `clinic_ids`; `user_id` is kept in the history of what it writes."""
    clinics = ",".join(str(int(pk)) for pk in sorted(set(clinic_ids)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.clinics', %s, true), set_config('app.user', %s, true)",
            [clinics, "" if user_id is None else str(user_id)],
        )


@contextmanager
def clinic_scope(clinic_ids: Iterable[int], *, user_id: int | None = None) -> Iterator[None]:
    """A transaction in which only rows of `clinic_ids` exist. For jobs and commands; requests get theirs
    from ClinicScopeMiddleware."""
    with transaction.atomic():
        set_local_scope(clinic_ids, user_id=user_id)
        yield
