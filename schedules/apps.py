from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "schedules"
    verbose_name = "Schedules"

    def ready(self) -> None:
        """Answer `record_changed` in the same transaction (architecture: patients never imports schedules)."""
        from schedules import receivers  # noqa: F401  (connects on import)
        from schedules.messages import checks  # noqa: F401  (registers on import)
