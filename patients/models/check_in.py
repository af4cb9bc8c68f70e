"""What a patient answers by link before a visit, and the invitation that the link belongs to."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models.clinic import Clinic
from patients.models.clinical import DomainScores, score_field, scores_up_to_three
from patients.models.history import keep_history
from patients.models.patient import Patient
from patients.models.record import ClinicalRecord
from patients.vocabulary import Domain

# How long a link can be used after it was sent, and how often the birth year may be wrong.
OPEN_FOR = dt.timedelta(14)
MOST_TRIES = 5


@keep_history()
class CheckInInvitation(models.Model):
    """A patient is asked how they are before a dose: once a dose, which is named by the last one before it
    (`after_dose_on`), since the date of a coming one may move."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="check_in_invitations")
    after_dose_on = models.DateField(null=True)
    for_due_on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    # The day on which the link was last put into a mail.
    sent_on = models.DateField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "after_dose_on"], nulls_distinct=False, name="one_invitation_a_dose"
            ),
            models.CheckConstraint(condition=Q(tries__lte=MOST_TRIES), name="invitation_tries"),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.for_due_on}"

    @property
    def is_locked(self) -> bool:
        """Whether the birth year was wrong too often."""
        return self.tries >= MOST_TRIES

    def is_open_on(self, today: dt.date) -> bool:
        """Whether the link can be used: sent at most 14 days ago, not answered, not locked."""
        in_time = self.sent_on is not None and self.sent_on <= today <= self.sent_on + OPEN_FOR
        return in_time and self.answered_at is None and not self.is_locked


@keep_history()
class CheckIn(DomainScores, ClinicalRecord):
    """A patient's own answers, 0 none to 3 very much, null where skipped. The rules never read them: only a
    clinician's assessment counts. The form's token is the row's `uid`, so a form sent twice is one row."""

    invitation = models.OneToOneField(CheckInInvitation, on_delete=models.PROTECT, related_name="check_in")
    on = models.DateField(_("date"))
    answered_at = models.DateTimeField()
    peripheral_neuropathy = score_field(Domain.PERIPHERAL_NEUROPATHY.english)
    gait_ataxia = score_field(Domain.GAIT_ATAXIA.english)
    cognitive = score_field(Domain.COGNITIVE.english)
    glossitis = score_field(Domain.GLOSSITIS.english)
    visual = score_field(Domain.VISUAL.english)
    note = models.TextField(_("in the patient's own words"), max_length=1000, blank=True)

    class Meta(ClinicalRecord.Meta):
        constraints = [*ClinicalRecord.Meta.constraints, *scores_up_to_three("checkin")]
        indexes = [models.Index(fields=["patient", "on"], name="checkin_by_date")]

    def __str__(self) -> str:
        return f"{self.on}"
