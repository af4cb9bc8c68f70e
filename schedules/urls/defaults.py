"""Addresses of a clinic's defaults."""

from django.urls import path

from schedules.views import defaults as views

urlpatterns = [
    path("clinic/defaults/", views.clinic_defaults, name="clinic_defaults"),
    path("clinic/defaults/<slug:name>/", views.change_clinic_default, name="change_clinic_default"),
]
