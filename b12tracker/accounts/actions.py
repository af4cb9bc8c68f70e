"""Who works where: invite, change roles, leave. Leaving is deactivation, never deletion."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import password_validation
from django.db import transaction
from django.urls import reverse

from b12tracker.accounts.models import User
from patients.models import AccessLog, Clinic, ClinicRole
from patients.permissions import Role


class LastManagerError(Exception):
    """Nobody would be left who can manage the clinic."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A person who may now work in a clinic; `link` sets their password, none if they have one already."""

    user: User
    link: str | None


def set_password_link(user: User) -> str:
    """An address on which `user` chooses a password: once, for PASSWORD_RESET_TIMEOUT (three days)."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
    return f"{settings.PUBLIC_URL}{path}"


@transaction.atomic
def invite_member(
    *, clinic: Clinic, email: str, name: str, roles: Collection[Role], by: User | None
) -> Invitation:
    """Let a person work in the clinic, known or new by their e-mail address. The caller sends the link."""
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        user = User.objects.create_user(email, name=name)
    elif not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    held = ClinicRole.objects.filter(user=user, clinic=clinic, active=True).values_list("role", flat=True)
    set_roles(clinic=clinic, user=user, roles={*roles, *map(Role, held)}, by=by)
    return Invitation(user, None if user.has_usable_password() else set_password_link(user))


@transaction.atomic
def set_roles(*, clinic: Clinic, user: User, roles: Collection[Role], by: User | None) -> None:
    """Make `roles` those that `user` holds in the clinic; none is leaving it. Someone who works nowhere any more
    cannot sign in. Raises LastManagerError; two managers who remove each other come one after the other."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    others = ClinicRole.objects.filter(
        clinic=clinic, role=Role.MANAGER, active=True, user__is_active=True
    ).exclude(user=user)
    holds = ClinicRole.objects.filter(clinic=clinic, user=user, role=Role.MANAGER, active=True).exists()
    if holds and Role.MANAGER not in roles and not others.exists():
        raise LastManagerError(f"{user.name} is the last manager of {clinic.name}.")
    ClinicRole.objects.filter(clinic=clinic, user=user).update(active=False)
    ClinicRole.objects.bulk_create(
        [ClinicRole(clinic=clinic, user=user, role=role, active=True) for role in roles],
        update_conflicts=True,
        unique_fields=["user", "clinic", "role"],
        update_fields=["active"],
    )
    works = ClinicRole.objects.filter(user=user, active=True).exists()
    if user.is_active != works:
        user.is_active = works
        user.save(update_fields=["is_active"])
    if by is not None:
        words = ", ".join(role.label.lower() for role in Role if role in roles) or "none"
        AccessLog.objects.create(clinic=clinic, user=by, what="roles", purpose=f"{user.email}: {words}"[:200])


@transaction.atomic
def make_manager(*, clinic: Clinic, email: str, name: str, password: str | None) -> Invitation:
    """The first manager of a clinic, or one more. With a password they sign in at once, without one by the link.

    Raises ValidationError for a password that is too weak.
    """
    invitation = invite_member(clinic=clinic, email=email, name=name, roles={Role.MANAGER}, by=None)
    if password is None:
        return invitation
    password_validation.validate_password(password, invitation.user)
    invitation.user.set_password(password)
    invitation.user.save(update_fields=["password"])
    return Invitation(invitation.user, None)


def end_other_sessions(*, user: User, password: str) -> Any:
    """End every session of `user`: the password is stored again with a new salt, which each session's own proof
    depends on. The caller keeps its own session with `update_session_auth_hash`."""
    user.set_password(password)
    user.save(update_fields=["password"])
