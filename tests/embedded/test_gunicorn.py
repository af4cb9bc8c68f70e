"""The access log may be read by anyone: keys, no names, no secret links."""

from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from b12tracker.gunicorn import KeysOnly, access_log_format

A_PATIENT = "0b7c3c1e-6d1f-4c58-9a39-0d6f8f1f1a11"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/patients/", "/patients/"),
        (
            "/patients/0b7c3c1e-6d1f-4c58-9a39-0d6f8f1f1a11/",
            "/patients/0b7c3c1e-6d1f-4c58-9a39-0d6f8f1f1a11/",
        ),
        ("/m/" + "x" * 37 + "/unsubscribe", "/m/.../unsubscribe"),
    ],
)
def test_only_keys_of_an_address_are_logged(path: str, logged: str) -> None:
    logger = KeysOnly(Config())
    request = SimpleNamespace(headers=[])
    response = SimpleNamespace(status="200 OK", sent=0, headers=[], response_length=0)
    environ = {"PATH_INFO": path, "QUERY_STRING": "q=Invented+Person", "RAW_URI": f"{path}?q=Invented+Person"}
    environ |= {"REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1"}
    atoms = logger.atoms(response, request, environ, SimpleNamespace(seconds=0, microseconds=5))
    assert f" {logged} " in access_log_format % atoms
    assert "Invented" not in access_log_format % atoms
