"""Own name; own password, to end other sessions."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from b12tracker.accounts.models import User


class NameForm(forms.ModelForm):
    """The name that others read."""

    class Meta:
        model = User
        fields = ["name"]


class EndSessionsForm(forms.Form):
    """Asks for the password, so that a tablet left open cannot do it."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password
