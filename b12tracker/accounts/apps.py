from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "b12tracker.accounts"
    label = "accounts"

    def ready(self) -> None:
        from patients.walls import after_migrate

        # Once per migrate: tied to this app, which stands first, but run when every table exists.
        post_migrate.connect(after_migrate, sender=self, dispatch_uid="install_walls")
