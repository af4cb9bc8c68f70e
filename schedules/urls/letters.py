"""Addresses of letters about a patient."""

from django.urls import path

from schedules.views import letters as views

urlpatterns = [
    path("patients/<uuid:uid>/letters/", views.letters, name="letters"),
    path("patients/<uuid:uid>/letters/summary/", views.letter_summary, name="letter_summary"),
    path("patients/<uuid:uid>/letters/own-record/", views.letter_own_record, name="letter_own_record"),
    path("patients/<uuid:uid>/letters/everything/", views.letter_everything, name="letter_everything"),
]
