"""Every address, tried as nobody, as each role, and as each role of another clinic. A new address that says neither
who may open it nor that it is public fails here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from patients.permissions import ALLOWED, Action, Role
from patients.scope import set_local_scope
from tests.access.world import Side, make_side
from tests.factories import PatientFactory

# Open to everybody; each says nothing of anybody without a secret that was sent to its owner.
PUBLIC = {"health", "unsubscribe", "check_in", "calendar_feed"}
# allauth's own pages: those to sign in with, and those that ask for a session by themselves.
SIGNING_IN = {
    "account_login", "account_logout", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done", "account_inactive",
    "mfa_authenticate",
}  # fmt: skip
OWN_ACCOUNT = {
    "account_reauthenticate", "account_change_password", "account_set_password", "mfa_index", "mfa_reauthenticate",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn", "mfa_edit_webauthn",
}  # fmt: skip
REFUSED = {403, 404, 405}
# Open to fewer than the page's action says: whose entry it is decides, and this one is nobody's own.
ONLY = {
    "withdraw_decision": {Role.PHYSICIAN},
    "withdraw_order": {Role.PHYSICIAN},
    "amend_injection": {Role.PHYSICIAN},  # The dose is nobody's own.
}


@dataclass(frozen=True, slots=True)
class Address:
    """One row of the URL configuration."""

    name: str
    parts: tuple[str, ...]
    action: Any


def addresses(resolver: URLResolver | None = None) -> Iterator[Address]:
    """All of them, those in included modules too."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from addresses(each)
        elif isinstance(each, URLPattern):
            action = getattr(each.callback, "action", "unsaid")
            yield Address(each.name or str(each.pattern), tuple(each.pattern.converters), action)


ALL = list(addresses())
GUARDED = [each for each in ALL if isinstance(each.action, Action)]


def path_of(address: Address, side: Side) -> str:
    """The address of that side's objects."""
    named: dict[str, Any] = {
        "uid": side.message.uid if address.name.startswith("message") else side.patient.uid,
        "row": _row_of(address, side).uid,
        "other": _other_patient(side).uid if "other" in address.parts else None,
        "word": _word_of(address),
        "year": 2026,
        "day": "2026-03-02",
        "name": "d9_ferritin_ug_l",
        "pk": _key_of(address, side),
        "indicator": "missed",
    }
    path = reverse(address.name, kwargs={part: named[part] for part in address.parts})
    return f"{path}?number={side.typed_batch}" if address.name.startswith("typed_") else path


def _word_of(address: Address) -> str:
    if address.name.startswith("move"):
        return "injection"
    return "cause" if "row" in address.parts else "missed-injection"


def _other_patient(side: Side) -> Any:
    """A second record of the clinic, for addresses about two."""
    set_local_scope([side.clinic.pk])
    return PatientFactory(clinic=side.clinic, family_name=side.secret)


def _row_of(address: Address, side: Side) -> Any:
    if address.name == "merge":
        return _other_patient(side)
    rows = {
        "undo_injection": side.injection,
        "amend_injection": side.injection,
        "withdraw_decision": side.decision,
        "withdraw_order": side.order,
        "move": side.injection,
        "move_find": side.injection,
        "batch_take_back": side.notice,
    }
    return rows.get(address.name, side.cause)


def _key_of(address: Address, side: Side) -> int:
    if address.name == "clinic_open_day":
        return side.closed.pk
    about_batch = address.name in {"clinic_withdraw", "clinic_reinstate"} or address.name.startswith("batch")
    return side.batch.pk if about_batch else side.members[Role.NURSE].pk


def both_methods(user: Any, path: str) -> list[HttpResponse]:
    """The answers to reading the address and to sending it an empty form."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return [client.get(path), client.post(path)]


def said(response: HttpResponse) -> str:
    if getattr(response, "streaming", False):
        return b"".join(response).decode()
    return response.content.decode()


def test_each_address_says_who_may_open_it() -> None:
    unsaid = {each.name for each in ALL if each.action == "unsaid"}
    assert unsaid - SIGNING_IN - OWN_ACCOUNT == set()
    assert {each.name for each in ALL if each.action is None} == PUBLIC


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(OWN_ACCOUNT))
def test_own_account_needs_a_session(name: str) -> None:
    path = reverse(name, kwargs={"pk": 1} if name in {"mfa_remove_webauthn", "mfa_edit_webauthn"} else {})
    for response in both_methods(None, path):
        assert response.status_code in {302, 405}
        if response.status_code == 302:
            assert response.url.startswith(reverse("account_login"))


@pytest.mark.django_db
@pytest.mark.parametrize("address", GUARDED, ids=lambda each: each.name)
def test_who_may_open_it(address: Address) -> None:
    theirs = make_side("Theirs", "Quillfeather")
    ours = make_side("Ours", "Brambleby")
    path = path_of(address, theirs)
    _refuses_nobody(path)
    for role, user in theirs.members.items():
        answers = both_methods(user, path)
        if role in ONLY.get(address.name, ALLOWED[address.action]):
            assert all(answer.status_code < 500 for answer in answers)
            assert any(answer.status_code not in {403, 404} for answer in answers), role
        else:
            _refused(answers, theirs.secret, f"{role} of the clinic")
    about_one_row = {"uid", "row", "pk"} & set(address.parts) or address.name.startswith("typed_")
    for role, user in ours.members.items():
        answers = both_methods(user, path)
        assert all(theirs.secret not in said(answer) for answer in answers), role
        if about_one_row:
            _refused(answers, theirs.secret, f"{role} of another clinic")


def _refuses_nobody(path: str) -> None:
    for response in both_methods(None, path):
        assert response.status_code in {302, 405}
        if response.status_code == 302:
            assert response.url.startswith(reverse("account_login"))


def _refused(answers: list[Any], secret: str, who: str) -> None:
    """No answer tells anything. The front page sends those who have no worklist to where their work begins."""
    for answer in answers:
        elsewhere = answer.status_code == 302 and answer.url == reverse("clinic")
        assert answer.status_code in REFUSED or elsewhere, who
        assert secret not in said(answer), who


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", [each for each in GUARDED if "uid" not in each.parts], ids=lambda each: each.name
)
def test_a_right_in_one_clinic_is_none_in_another(address: Address) -> None:
    """Working here as a role that may not, while holding every role elsewhere."""
    refused = [role for role in Role if role not in ALLOWED[address.action]]
    if not refused:
        assert ALLOWED[address.action] == frozenset(Role)
        return
    elsewhere = make_side("Elsewhere", "Brambleby")
    here = make_side("Here", "Quillfeather")
    user = here.members[refused[0]]
    for role in Role:
        user.clinic_roles.create(clinic=elsewhere.clinic, role=role)
    client = Client()
    client.force_login(user)
    session = client.session
    session["clinic"] = here.clinic.pk
    session.save()
    path = path_of(address, here)
    _refused([client.get(path), client.post(path)], here.secret, f"{refused[0]} here, everything elsewhere")
