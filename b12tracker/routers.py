"""Which role does what: the application's role never migrates, the owner's never serves pages."""

from typing import Any


class OwnerOnlyMigrates:
    """Tables are made and changed by the owner's role only; every read and write uses the application's."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        return True
