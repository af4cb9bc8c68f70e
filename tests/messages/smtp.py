"""A real SMTP server in a thread that keeps what arrives, and answers as told."""

import asyncio
import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings


class Postbox:
    """`raw` holds the mails in the order they arrived. `refuses` maps an address to the answer it gets."""

    def __init__(self, refuses: dict[str, str] | None = None, seconds: float = 0) -> None:
        self.raw: list[bytes] = []
        self.refuses = refuses or {}
        self.seconds = seconds
        self.arrived = threading.Condition()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's names)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        with self.arrived:
            self.raw.append(bytes(envelope.original_content or b""))
            self.arrived.notify_all()
        await asyncio.sleep(self.seconds)
        return "250 Taken"

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=policy.default) for raw in self.raw]

    def wait_for(self, number: int, seconds: float) -> bool:
        """Whether `number` mails arrived within `seconds`."""
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.raw) >= number, timeout=seconds)


def free_port() -> int:
    """A port of the loopback on which nothing listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def smtp_server(postbox: Postbox, *, port: int = 0, **options: Any) -> Iterator[Controller]:
    """A server on a port of the loopback (any free one), for as long as the block lasts; `options` are aiosmtpd's."""
    # At every connection aiosmtpd reads all attributes of its handler; `Postbox.mails` would parse all mails each time.
    hooks = {name: getattr(postbox, name) for name in dir(postbox) if name.startswith("handle_")}
    controller = Controller(
        SimpleNamespace(**hooks),
        hostname="127.0.0.1",
        port=port or free_port(),
        server_hostname="mail.example",
        **options,
    )
    controller.start()
    try:
        yield controller
    finally:
        controller.stop(no_assert=True)


def through(controller: Controller) -> override_settings:
    """Settings that send through the server."""
    return override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=controller.port,
        EMAIL_TIMEOUT=5,
        MAIL_IS_KEPT=False,
        DEFAULT_FROM_EMAIL="appointments@riverside.example",
        MAIL_DOMAIN="riverside.example",
        PUBLIC_URL="https://visits.riverside.example",
    )
