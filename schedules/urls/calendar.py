"""Addresses of the clinic's calendar and its feed."""

from django.urls import path

from schedules.views import calendar as views

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/feed/renew/", views.renew_feed, name="renew_feed"),
    path("calendar/feed/stop/", views.stop_feed, name="stop_feed"),
    path("calendar/<str:day>/", views.calendar_day, name="calendar_day"),
    path("feed/<str:secret>.ics", views.calendar_feed, name="calendar_feed"),
]
