from django.apps import AppConfig
from django.utils.translation import gettext, gettext_lazy

from patients.vocabulary import say_labels

# Before any model is loaded, for its choices; what is said at once needs the translations, which come last.
say_labels(later=gettext_lazy)


class PatientsConfig(AppConfig):
    name = "patients"
    verbose_name = "Patients"

    def ready(self) -> None:
        say_labels(now=gettext)
