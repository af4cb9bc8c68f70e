"""Said at start: settings that would put a clinical word into every message, so that none could be sent."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from schedules.messages.words import clinical_words

# Each ends in every message: as the sender, in its Message-ID, in the link that stops the e-mails.
_IN_EVERY_MESSAGE = {
    "MAIL_FROM": "DEFAULT_FROM_EMAIL",
    "MAIL_FROM (domain)": "MAIL_DOMAIN",
    "PUBLIC_URL": "PUBLIC_URL",
}


@register()
def messages_tell_nothing(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """W001 for each setting that holds a clinical word; nothing where mail is kept and never leaves."""
    if settings.MAIL_IS_KEPT:
        return []
    found = {
        name: clinical_words(str(getattr(settings, setting))) for name, setting in _IN_EVERY_MESSAGE.items()
    }
    return [
        Warning(
            f"{name} holds {', '.join(sorted(words))}: it would stand in every e-mail to a patient, so none is sent.",
            hint="Give patients an address that does not say what the visit is for (visits.example.org).",
            id="schedules.W001",
        )
        for name, words in found.items()
        if words
    ]
