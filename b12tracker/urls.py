"""Addresses. Every view names an action (patients.permissions) or is marked public."""

from django.urls import include, path

from b12tracker.accounts import views as accounts
from b12tracker.views import front, health

urlpatterns = [
    path("", front, name="front"),
    path("health", health, name="health"),
    path("accounts/", include("b12tracker.accounts.urls")),
    path("account/", accounts.account, name="account"),
    path("account/sessions/", accounts.end_sessions, name="account_end_sessions"),
    path("clinic/", include("b12tracker.clinic.urls")),
    path("patients/", include("patients.urls")),
    path("", include("schedules.urls")),
]
