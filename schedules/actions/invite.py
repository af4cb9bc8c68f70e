"""Invite patients to say how they are before a dose."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from patients.models import CheckInInvitation
from schedules.messages.visits import Visit, invitations_of


def invite(visits: Iterable[Visit]) -> dict[int, Visit]:
    """The visits with their invitation, by patient; made where there is none yet (none still: a dose was given in
    this moment). Two queries at most."""
    found = {visit.patient.pk: visit for visit in visits}
    new = [visit for visit in found.values() if visit.invitation is None]
    if not new:
        return found
    CheckInInvitation.objects.bulk_create(
        (
            CheckInInvitation(
                clinic_id=visit.patient.clinic_id,
                patient=visit.patient,
                after_dose_on=visit.last_dose_on,
                for_due_on=visit.due_on,
            )
            for visit in new
        ),
        ignore_conflicts=True,
    )
    made = invitations_of([visit.patient.pk for visit in new])
    return found | {visit.patient.pk: replace(visit, invitation=made.get(visit.patient.pk)) for visit in new}


def note_sending(visit: Visit, *, today: dt.date) -> Visit:
    """The visit with its invitation, whose link can be used for 14 days from now on: it goes out in a mail."""
    visit = invite([visit])[visit.patient.pk]
    if visit.invitation is not None and visit.invitation.sent_on != today:
        visit.invitation.sent_on = today
        visit.invitation.save(update_fields=["sent_on"])
    return visit
