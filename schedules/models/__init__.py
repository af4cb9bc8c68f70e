"""What should happen next, and telling people. Dates are stored, never status."""

from schedules.models.calendar import Booking, Contact, Forecast, OpenEvent, PatientSchedule
from schedules.models.feed import CalendarFeed
from schedules.models.flag import Flag
from schedules.models.indicator import IndicatorCount
from schedules.models.job import JobRun
from schedules.models.merge import Merge
from schedules.models.message import Message
from schedules.models.plan import Decision, Order

__all__ = [
    "Booking",
    "CalendarFeed",
    "Contact",
    "Decision",
    "Flag",
    "Forecast",
    "IndicatorCount",
    "JobRun",
    "Merge",
    "Message",
    "OpenEvent",
    "Order",
    "PatientSchedule",
]
