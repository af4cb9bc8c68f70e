"""Who was said to have died, moved away or declined while the record is still open: nobody phones or writes to them as
if nothing had been said, until somebody closes the record or it turns out otherwise."""

from collections.abc import Collection

from django.db import connection
from django.utils.translation import gettext_lazy

from patients.vocabulary import ContactOutcome

# The latest contact said so. A later contact takes it back; so does a dose or a draw since, a booking, or a decision
# that is not to close. What was only written down later, and happened before, takes nothing back.
SAID_GONE = """
  SELECT c.patient_id, c.outcome FROM schedules_contact c
  JOIN patients_clinic k ON k.id = c.clinic_id
  WHERE c.outcome IN ('died', 'moved_away', 'declined')
    AND NOT EXISTS (SELECT FROM schedules_contact n
      WHERE n.patient_id = c.patient_id AND (n.at, n.id) > (c.at, c.id))
    AND NOT EXISTS (SELECT FROM schedules_booking n
      WHERE n.patient_id = c.patient_id AND n.made_at > c.at AND n.cancelled_at IS NULL)
    AND NOT EXISTS (SELECT FROM patients_injection n
      WHERE n.patient_id = c.patient_id AND n.recorded_at > c.at AND n.given AND n.error_at IS NULL
        AND n."on" >= (c.at AT TIME ZONE k.time_zone)::date)
    AND NOT EXISTS (SELECT FROM patients_blooddraw n
      WHERE n.patient_id = c.patient_id AND n.recorded_at > c.at AND n.error_at IS NULL
        AND n.drawn_on >= (c.at AT TIME ZONE k.time_zone)::date)
    AND NOT EXISTS (SELECT FROM patients_labresult n
      WHERE n.patient_id = c.patient_id AND n.recorded_at > c.at AND n.error_at IS NULL
        AND n.drawn_on >= (c.at AT TIME ZONE k.time_zone)::date)
    AND NOT EXISTS (SELECT FROM schedules_decision n
      WHERE n.patient_id = c.patient_id AND n.recorded_at > c.at AND n.error_at IS NULL AND n.kind <> 'close')"""

SAID = {
    ContactOutcome.DIED.value: gettext_lazy("Said to have died"),
    ContactOutcome.MOVED_AWAY.value: gettext_lazy("Said to have moved away"),
    ContactOutcome.DECLINED.value: gettext_lazy("Has declined"),
}
WHY_NOT_WRITE = {
    ContactOutcome.DIED.value: gettext_lazy("The clinic was told that the patient has died."),
    ContactOutcome.MOVED_AWAY.value: gettext_lazy("The clinic was told that the patient has moved away."),
    ContactOutcome.DECLINED.value: gettext_lazy("The patient has declined."),
}


def said_gone(patient_ids: Collection[int]) -> dict[int, str]:
    """Those of the patients who were said to be gone, and how (an outcome of a contact). One query. Whether the record
    is closed is not asked here."""
    with connection.cursor() as cursor:
        cursor.execute(f"{SAID_GONE} AND c.patient_id = ANY(%s)", [list(patient_ids)])
        return dict(cursor.fetchall())
