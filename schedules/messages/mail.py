"""From a Message row to a mail server, and what its answer means."""

import contextlib
import datetime as dt
import smtplib
import unicodedata
from email.utils import formataddr, parseaddr
from types import TracebackType
from typing import Self

from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.utils import DNS_NAME
from django.utils.translation import gettext as _

from schedules.messages.links import Recipient, number_of, unsubscribe_url
from schedules.messages.rendering import sender_of
from schedules.messages.words import clinical_words_in_mail
from schedules.models import Message

# Many mail servers limit how many mails one connection may carry.
MOST_IN_A_CONNECTION = 100
# "Service not available, closing transmission channel" (RFC 5321).
_CLOSING = 421


class ClinicalWordError(Exception):
    """The message would hold a word that tells what the visit is for."""


def mail_of(message: Message, *, today: dt.date) -> EmailMultiAlternatives:
    """The mail of a row, checked as it will travel. Needs `message.clinic` and `message.patient`.

    The Message-ID comes from the row, so a repeated message can be told. Raises ClinicalWordError.
    """
    sender = sender_of(message.clinic)
    found: set[str] = set()
    # Encoded letters beside digits can spell a word by chance: without accents nothing is encoded.
    for name in dict.fromkeys([sender, _without_accents(sender)]):
        mail = _build(message, name, today)
        found = clinical_words_in_mail(_raw(mail))
        if not found:
            return mail
    raise ClinicalWordError(", ".join(sorted(found)))


def _build(message: Message, sender: str, today: dt.date) -> EmailMultiAlternatives:
    headers = {
        "Message-ID": f"<{number_of(message.uid)}@{settings.MAIL_DOMAIN}>",
        "Auto-Submitted": "auto-generated",
    }
    if message.patient is not None:
        url = unsubscribe_url(Recipient(message.clinic_id, message.patient.uid), today=today)
        headers |= {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=formataddr((sender, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[message.to],
        headers=headers,
    )
    mail.attach_alternative(message.html, "text/html")
    if message.calendar:
        mail.attach("visit.ics", message.calendar, "text/calendar")
    return mail


def _raw(mail: EmailMultiAlternatives) -> bytes:
    return bytes(mail.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]


def _without_accents(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


class Outbox:
    """A connection to the mail server for a batch: opened when first needed, opened anew after every
    MOST_IN_A_CONNECTION mails or when the server has closed it, closed at the end."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None
        self._carried = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def send(self, mail: EmailMultiAlternatives) -> None:
        """Hand one mail over. Raises what the backend raises; after a broken connection the next mail opens one.

        A server that ends a connection which has already carried mails wants a new one, nothing else.
        """
        if self._carried >= MOST_IN_A_CONNECTION:
            self.hang_up()
        had_carried = self._carried > 0
        try:
            self._hand_over(mail)
        except Exception as error:
            if not (had_carried and _closed(error)):
                raise
            self._hand_over(mail)

    def _hand_over(self, mail: EmailMultiAlternatives) -> None:
        try:
            if self._connection is None:
                # The name with which this machine greets the server ends in the mail's Received line.
                DNS_NAME._fqdn = settings.MAIL_DOMAIN  # type: ignore[attr-defined]
                self._connection = get_connection()
                self._connection.open()
            mail.connection = self._connection
            self._carried += 1
            mail.send()
        except Exception as error:
            if _closed(error) or not isinstance(error, smtplib.SMTPRecipientsRefused):
                self.hang_up()
            raise

    def hang_up(self) -> None:
        """Close the connection, whatever state it is in."""
        connection, self._connection, self._carried = self._connection, None, 0
        if connection is not None:
            # What was handed over has been answered for; a server that does not say goodbye changes nothing.
            with contextlib.suppress(OSError):
                connection.close()


def _closed(error: Exception) -> bool:
    """Whether the server has ended the connection: without a word, or with 421 (too many mails, too long, going
    down)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == _CLOSING for code, _answer in error.recipients.values())
    return isinstance(error, smtplib.SMTPServerDisconnected) or (
        isinstance(error, smtplib.SMTPResponseException) and error.smtp_code == _CLOSING
    )


def is_final(error: Exception) -> bool:
    """Whether trying again is of no use: the server refused this address or this mail for good (5xx)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _answer in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return isinstance(error, (ClinicalWordError, AnymailRecipientsRefused, ValueError))


def is_unreachable(error: Exception) -> bool:
    """Whether the server itself is away: the other messages of the batch would fare the same."""
    if isinstance(error, smtplib.SMTPSenderRefused):
        return error.smtp_code == _CLOSING  # Said before it knew to whom.
    server_errors = (
        smtplib.SMTPConnectError,
        smtplib.SMTPServerDisconnected,
        smtplib.SMTPAuthenticationError,
    )
    return isinstance(error, server_errors) or (
        isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException)
    )


def words_for(error: Exception) -> str:
    """What happened, for the messages page; at most 250 characters."""
    if isinstance(error, ClinicalWordError):
        said = _("A name, an address or a link in it would say what the visit is for: %(words)s.") % {
            "words": error
        }
    elif isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()), (0, b""))
        said = _("The mail server refused the address: %(answer)s") % {"answer": _answer(code, answer)}
    elif isinstance(error, smtplib.SMTPResponseException):
        answer_words = _answer(error.smtp_code, error.smtp_error)
        said = _("The mail server refused it: %(answer)s") % {"answer": answer_words}
    elif is_unreachable(error):
        said = _("The mail server could not be reached.")
    else:
        said = _("It could not be sent (%(kind)s).") % {"kind": type(error).__name__}
    return said[:250]


def _answer(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())}".strip()
