"""What stands behind each page: a clinic with its people, and for each address objects on which it has something to
show. Addresses about the record and the calendar take theirs from tests/access; what differs is named here."""

import time
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.http import int_to_base36
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from patients.models import Patient
from patients.permissions import ALLOWED, Action, Role
from patients.scope import set_local_scope
from schedules.actions.refresh import refresh_patients
from schedules.messages.links import Invited, Recipient, check_in_token, unsubscribe_token
from schedules.models.feed import CalendarFeed, hash_of, new_secret
from tests import factories as make
from tests.access.test_every_address import ONLY, OWN_ACCOUNT, Address, path_of
from tests.access.world import Side, make_side

# Parts of a page, which the page asks for.
FRAGMENTS = {"scan_vial", "patient_timeline", "check_result"}
# These lead elsewhere when they are only read.
LEADS_ON = {"account_logout", "account_set_password", "mfa_reauthenticate_webauthn"}
# Pages of one's second factor, which need one (or none yet).
WITH_FACTOR = {
    "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn",
    "mfa_remove_webauthn", "mfa_edit_webauthn", "mfa_reauthenticate",
}  # fmt: skip
WITHOUT_PLAN = {"decide_start", "decide_take_over"}
IN_MAINTENANCE = {"decide_interval"}
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class World:
    """`secured` is a nurse with a second factor and a security `key`; `feed` is a nurse's secret, `invitation` asks the
    patient how they are; `newcomer` has no plan, `settled` is in maintenance."""

    side: Side
    secured: Any
    key: Authenticator
    feed: str
    invitation: int
    newcomer: Patient
    settled: Patient

    def roles(self, address: Address) -> list[str]:
        """Who opens it, the first of them first."""
        if not isinstance(address.action, Action):
            return [Role.NURSE] if address.name in OWN_ACCOUNT else [NOBODY]
        allowed = ONLY.get(address.name, ALLOWED[address.action])
        return [role for role in Role if role in allowed]

    def path(self, address: Address) -> str:
        """The address of objects that are there."""
        if isinstance(address.action, Action):
            if address.name in WITHOUT_PLAN | IN_MAINTENANCE:
                patient = self.newcomer if address.name in WITHOUT_PLAN else self.settled
                return reverse(address.name, args=[patient.uid])
            with transaction.atomic():  # it may add a second record
                return path_of(address, self.side)
        try:
            return reverse(address.name, args=self._of_everybody(address))
        except NoReverseMatch as missing:
            raise LookupError(f"{address.name} is new: name its objects in {__name__}") from missing

    def _of_everybody(self, address: Address) -> list[Any]:
        """What stands in the addresses that need no role: secrets, own keys."""
        patient, user = self.side.patient, self.side.members[Role.NURSE]
        recipient = Recipient(patient.clinic_id, patient.uid)
        invited = Invited(patient.clinic_id, patient.uid, self.invitation)
        known: dict[str, list[Any]] = {
            "unsubscribe": [unsubscribe_token(recipient, today=self.side.clinic.today())],
            "check_in": [check_in_token(invited)],
            "calendar_feed": [self.feed],
            "account_reset_password_from_key": [
                int_to_base36(user.pk),
                default_token_generator.make_token(user),
            ],
            "mfa_remove_webauthn": [self.key.pk],
            "mfa_edit_webauthn": [self.key.pk],
        }
        return known.get(address.name, [])

    def session(self, address: Address, role: str) -> dict[str, str]:
        """The session cookie of somebody in that role, who has just given the password again."""
        client = Client()
        if role != NOBODY:
            client.force_login(self.secured if address.name in WITH_FACTOR else self.side.members[Role(role)])
            kept = client.session
            if address.name != "mfa_reauthenticate":
                kept["account_authentication_methods"] = [
                    {"method": "password", "at": time.time(), "reauthenticated": True}
                ]
            kept.save()
        elif address.name == "mfa_authenticate":
            client.post(reverse("account_login"), {"login": self.secured.email, "password": make.PASSWORD})
        name = settings.SESSION_COOKIE_NAME
        return {name: client.cookies[name].value} if name in client.cookies else {}


def security_key() -> dict[str, Any]:
    """What a browser sends when a security key is registered."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    attested = AttestedCredentialData.create(bytes(16), b"blue key", public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(sha256(b"localhost"), flags, 0, attested)
    said = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    sent = {"clientDataJSON": said, "attestationObject": AttestationObject.create("none", data, {})}
    return {
        "rawId": websafe_encode(b"blue key"),
        "type": "public-key",
        "response": {name: websafe_encode(bytes(part)) for name, part in sent.items()},
    }


def make_world() -> World:
    """All of it, in a transaction of its own."""
    with transaction.atomic():
        side = make_side("Riverside", "Quillfeather")
        set_local_scope([side.clinic.pk])
        secured = make.member(side.clinic, Role.NURSE)
        TOTP.activate(secured, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(secured)
        key = Authenticator.objects.create(
            user=secured,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Blue key", "credential": security_key()},
        )
        feed = new_secret()
        CalendarFeed.objects.create(
            user=side.members[Role.NURSE], clinic=side.clinic, secret_hash=hash_of(feed)
        )
        invitation = make.InvitationFactory(patient=side.patient, sent_on=side.clinic.today())
        newcomer = make.PatientFactory(clinic=side.clinic)
        settled = make.PatientFactory(clinic=side.clinic)
        make.AssessmentFactory(patient=settled)
        make.DecisionFactory(patient=settled, kind="take_over", interval="2mo", began_with="alternate_day")
        make.InjectionFactory(patient=settled)
        refresh_patients([newcomer.pk, settled.pk], cause="test")
    return World(side, secured, key, feed, invitation.pk, newcomer, settled)
