"""Addresses of the indicators."""

from django.urls import path

from schedules.views import indicators as views

urlpatterns = [
    path("indicators/", views.indicators, name="indicators"),
    path("indicators/numbers.csv", views.indicators_csv, name="indicators_csv"),
    path("indicators/count/", views.count_again, name="count_indicators"),
    path("indicators/<slug:indicator>/", views.indicator_people, name="indicator_people"),
]
