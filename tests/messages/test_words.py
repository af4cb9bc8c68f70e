"""The guard against clinical words finds them however they are written, and leaves harmless ones alone."""

import pytest
from django.test import override_settings

from schedules.messages.checks import messages_tell_nothing
from schedules.messages.words import clinical_words, clinical_words_in_mail


@pytest.mark.parametrize(
    "text",
    [
        "B12",
        "b-12",
        "Vitamins",
        "your INJECTION",
        "bloods",
        "Hydroxocobalamin",
        "dose",
        "Haematology",
        "MMA",
        "folic acid",
    ],
)
def test_a_clinical_word_is_found(text: str) -> None:
    assert clinical_words(f"Your visit, {text}: Tuesday")


@pytest.mark.parametrize(
    "text", ["Ruth", "Riverside Surgery", "room B 112", "overdosed", "Emma", "Your visit on 12 Mar"]
)
def test_a_harmless_word_is_not(text: str) -> None:
    assert clinical_words(text) == set()


@pytest.mark.parametrize(
    "raw",
    [
        b"To: a@x.example\r\nSubject: =?utf-8?q?Your_inject?= =?utf-8?q?ion?=\r\n\r\nHello\r\n",
        b"To: a@x.example\r\nContent-Transfer-Encoding: base64\r\n\r\nYmxvb2Qgb24gRnJpZGF5\r\n",
        b"To: a@x.example\r\nList-Unsubscribe: <https://b12.example/u/1/>\r\n\r\nHello\r\n",
        b"To: a@x.example\r\nMessage-ID: <0b12@x.example>\r\n\r\nHello\r\n",
    ],
    ids=["an encoded subject", "an encoded body", "a link", "the Message-ID"],
)
def test_it_is_found_in_a_mail_as_it_travels_and_as_it_is_read(raw: bytes) -> None:
    assert clinical_words_in_mail(raw)


def test_the_recipients_own_address_is_their_own_word() -> None:
    assert clinical_words_in_mail(b"To: b12lover@x.example\r\nSubject: Your visit\r\n\r\nHello\r\n") == set()


def test_settings_that_would_tell_are_said_at_the_start() -> None:
    quiet = {
        "MAIL_IS_KEPT": False,
        "DEFAULT_FROM_EMAIL": "visits@x.example",
        "PUBLIC_URL": "https://visits.example",
    }
    with override_settings(**quiet):
        assert messages_tell_nothing() == []
    with override_settings(**quiet | {"PUBLIC_URL": "https://b12tracker.example"}):
        (warning,) = messages_tell_nothing()
    assert (warning.id, "PUBLIC_URL holds b12" in warning.msg) == ("schedules.W001", True)
