"""What something that leaves the application is for: asked each time, kept in the access log."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

OTHER = "other"


class PurposeForm(forms.Form):
    """One of the usual `purposes` (code, words), or another in a few words."""

    purposes: ClassVar[tuple[tuple[str, Any], ...]] = ()

    why = forms.ChoiceField(label=_("What is it for?"), widget=forms.RadioSelect)
    other = forms.CharField(label=_("In a few words"), max_length=150, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].choices = [*self.purposes, (OTHER, _("Something else"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, str]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("why") == OTHER and not cleaned.get("other"):
            self.add_error("other", _("Write down what it is for."))
        return cleaned

    @property
    def purpose(self) -> str:
        """The purpose as the access log keeps it."""
        data = self.cleaned_data
        return data["other"] if data["why"] == OTHER else str(dict(self.purposes)[data["why"]])
