"""What a patient is asked by link, in words for a phone."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.vocabulary import Domain, HowMuch

# How much of each: none, a little, quite a lot, very much.
QUESTIONS = {
    Domain.PERIPHERAL_NEUROPATHY: gettext_lazy(
        "How much numbness or tingling is there in your hands or feet?"
    ),
    Domain.GAIT_ATAXIA: gettext_lazy("How much trouble do you have walking or keeping your balance?"),
    Domain.COGNITIVE: gettext_lazy("How much trouble do you have remembering or thinking clearly?"),
    Domain.GLOSSITIS: gettext_lazy("How much soreness is there in your tongue?"),
    Domain.VISUAL: gettext_lazy("How much trouble do you have seeing, even with your glasses?"),
}
_ANSWERS = [
    (HowMuch.NONE.value, gettext_lazy("None")),
    (HowMuch.A_LITTLE.value, gettext_lazy("A little")),
    (HowMuch.QUITE_A_LOT.value, gettext_lazy("Quite a lot")),
    (HowMuch.VERY_MUCH.value, gettext_lazy("Very much")),
]


class BirthYearForm(forms.Form):
    """Four digits; anything else is no try."""

    year = forms.RegexField(regex=r"(?a)^\s*\d{4}\s*$", max_length=20, error_messages={
        "required": gettext_lazy("Please enter the year you were born in."),
        "invalid": gettext_lazy("Please enter four digits, for example 1950."),
    })  # fmt: skip

    def clean_year(self) -> int:
        return int(self.cleaned_data["year"])


@dataclass(frozen=True, slots=True)
class Question:
    """One question as drawn: its answers, and which was chosen."""

    name: str
    words: Any
    answers: list[tuple[str, Any]]
    chosen: str


class CheckInForm(BirthYearForm):
    """The five questions; each may be skipped. The token makes a form sent twice one."""

    token = forms.UUIDField()
    note = forms.CharField(required=False, max_length=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("token", uuid.uuid4())
        for domain in Domain:
            self.fields[domain.value] = forms.TypedChoiceField(
                choices=_ANSWERS, coerce=int, empty_value=None, required=False
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        answered = any(cleaned.get(domain.value) is not None for domain in Domain)
        if not (answered or cleaned.get("note") or self.errors):
            raise forms.ValidationError(_("Please answer at least one question."))
        return cleaned

    @property
    def scores(self) -> dict[str, int | None]:
        """Domain code to score, null where skipped."""
        return {domain.value: self.cleaned_data.get(domain.value) for domain in Domain}

    @property
    def questions(self) -> list[Question]:
        """The rows of the page."""
        return [
            Question(domain.value, words, _ANSWERS, str(self[domain.value].value() or ""))
            for domain, words in QUESTIONS.items()
        ]
