"""allauth's forms in our words: plain labels, no placeholder that repeats them."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factors
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AllauthAddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

LABELS = {
    "email": _("E-mail"),
    "password": _("Password"),
    "oldpassword": _("Password until now"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "code": _("Six digits of the app, or a recovery code"),
    "name": _("Name of the key"),
    "passwordless": _("Also instead of the password"),
}


class PlainWords(forms.Form):
    """Labels from the table above."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


# The library's forms carry no types: mypy sees Any for a base and cannot compare the two (misc, six times below).
class ChangePasswordForm(PlainWords, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(PlainWords, account.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(PlainWords, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(PlainWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ConfirmPasswordForm(PlainWords, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class AuthenticateForm(PlainWords, factors.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(PlainWords, factors.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateTOTPForm(PlainWords, AllauthActivateTOTPForm):  # type: ignore[misc]
    """The first digits: no recovery code yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Six digits of the app")


class AddWebAuthnForm(PlainWords, AllauthAddWebAuthnForm):  # type: ignore[misc]
    pass
