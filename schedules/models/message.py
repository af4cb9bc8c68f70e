"""Every e-mail is a row first and a job afterwards: the rows know what the broker may forget."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models.clinic import Clinic
from patients.models.history import keep_history
from patients.models.patient import Patient


@keep_history(exclude=["text", "calendar"])
class Message(models.Model):
    """One e-mail to a patient or a member of staff, with its rendered text and what became of it."""

    class Kind(models.TextChoices):
        VISIT_COMING = "visit_coming", _("Visit is coming")
        VISIT_MISSED = "visit_missed", _("Visit was missed")
        DATE_CHANGED = "date_changed", _("Date has changed")
        CHECK_IN = "check_in", _("How are you feeling")
        URGENT_FLAG = "urgent_flag", _("Urgent flag (to staff)")
        ESCALATION = "escalation", _("Urgent flag not seen (to staff)")
        DIGEST = "digest", _("Morning digest (to staff)")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        BOUNCED = "bounced", _("Came back")
        SUPPRESSED = "suppressed", _("Not sent")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    kind = models.CharField(max_length=16, choices=Kind)
    announced_on = models.DateField(_("date announced"))
    step = models.CharField(max_length=16)
    to = models.EmailField(_("to"))
    language = models.CharField(max_length=8, default="en")
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    why = models.CharField(_("why"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind", "announced_on", "step"],
                condition=Q(patient__isnull=False),
                name="message_once",
            ),
            models.UniqueConstraint(
                fields=["clinic", "to", "kind", "announced_on", "step"],
                condition=Q(patient__isnull=True),
                name="staff_message_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "bounced", "suppressed"]) | ~Q(why=""),
                name="message_end_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=["queued", "sending"]),
                name="message_to_send",
            ),
            models.Index(fields=["clinic", "-created_at"], name="message_by_clinic"),
            models.Index(
                fields=["patient", "-created_at"],
                condition=Q(state__in=["failed", "bounced"]),
                name="message_undelivered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.announced_on}"

    @property
    def undelivered(self) -> bool:
        """Whether it did not arrive: the patient is to be phoned."""
        return self.state in {self.State.FAILED, self.State.BOUNCED}

    @property
    def state_words(self) -> str:
        """What became of it; with no mail server it was kept, and not sent."""
        return words_of_state(self.state, self.why)


def words_of_state(state: str, why: str) -> str:
    """A state in words. Only what was kept here is done and says why."""
    if state == Message.State.SENT and why:
        return str(_("Kept here"))
    return str(Message.State(state).label)
