"""What the clinic is looking at, in plain words for the patient. What asks nothing of them is not said."""

from django.utils.translation import gettext_lazy as _

_MISSED = _("An injection was due and none is on record yet.")
_LATE = _("There was a longer break between injections. A doctor decides how to go on.")
_BLOOD_AGAIN = _("A blood test should be taken again, just before an injection.")
_MORE_BLOOD = _("Another blood test helps to understand the results so far.")
_ENOUGH = _("A blood result is outside its target. A doctor looks at whether the treatment is enough.")
_WORSE = _(
    "You had more signs or symptoms than before. A doctor looks at whether you need injections more often."
)
_START = _("A doctor looks at whether you should have injections.")
_FOLIC = _("A doctor looks at how you take folic acid.")
_LOOK = _("Symptoms you have are to be looked at again.")

PLAIN_WORDS = {
    "MISSED_INJECTION": _MISSED,
    "LOADING_RESTART_REVIEW": _LATE,
    "RELOAD_REVIEW": _LATE,
    "EARLY_DOSE": _("An injection was given before it was due. The clinic asks why."),
    "ALT_DAY_GAP": _("Two injections are further apart than planned while the clinic is closed."),
    "PLATEAU_CANDIDATE": _("You may no longer need injections so often. A doctor looks at that."),
    "NEURO_WORSENING": _WORSE,
    "NEURO_ONSET_SWITCH_PROTOCOL": _WORSE,
    "SYMPTOM_RECURRENCE": _WORSE,
    "PATIENT_REPORTS_WORSENING": _WORSE,
    "NEURO_ASSESSMENT_INCOMPLETE": _LOOK,
    "GLOSSITIS_ONLY_CONFIRM": _LOOK,
    "RECHECK_OVERDUE": _("A blood test or a review was due and is not done yet."),
    "CHECK_INCOMPLETE": _("Some results of a blood test are still missing."),
    "TROUGH_DRAW_DUE": _("Blood is to be taken before your next injection."),
    "NOT_TROUGH": _BLOOD_AGAIN,
    "B12_WITHIN_14D_OF_DOSE": _BLOOD_AGAIN,
    "LOW_TROUGH_REVIEW": _(
        "B12 was low before an injection. A doctor looks at how often you need injections."
    ),
    "B12_BORDERLINE": _MORE_BLOOD,
    "UNDECIDABLE_RESULT": _MORE_BLOOD,
    "FUNCTIONAL_DEFICIENCY_CHECK": _MORE_BLOOD,
    "MMA_ABOVE_TARGET": _ENOUGH,
    "HOMOCYSTEINE_ABOVE_TARGET": _ENOUGH,
    "START_IMMEDIATELY": _START,
    "B12_DEFICIENT_TREAT": _START,
    "PROPHYLAXIS_INDICATED": _START,
    "CROHNS_30_60_CONFIRM": _START,
    "IRON_DEFICIENCY_MAY_BLUNT_RESPONSE": _("Iron is low. The clinic looks for the reason."),
    "VITAMIN_D_BELOW_TARGET": _("Vitamin D is below its target."),
    "LOW_POTASSIUM": _("Potassium is low. A doctor looks at it."),
    "SUGGEST_MONTHLY": _("Injections every month may suit you better. A doctor looks at that."),
    "FOLATE_MASKING": _FOLIC,
    "FOLATE_STOPPED_EARLY": _FOLIC,
    "UNSAFE_INJECTION_RECORDED": _("An injection on record is to be checked by a doctor."),
    "EGFR_UNKNOWN": _("How well your kidneys work is not on record yet."),
    "REACTION_REVIEW": _("You had a reaction after an injection. A doctor looks at it."),
    "ORDER_EXPIRED": _("The prescription is to be renewed."),
}
SOMETHING = _("Something in your record is to be looked at. Ask the clinic about it.")


def plain_words(code: str) -> str:
    """The sentence for a flag."""
    return str(PLAIN_WORDS.get(code, SOMETHING))
