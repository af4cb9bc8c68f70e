"""Addresses of decisions."""

from django.urls import path

from schedules.views import decisions as views
from schedules.views import withdrawals

urlpatterns = [
    path("patients/<uuid:uid>/decide/", views.decide, name="decide"),
    path("patients/<uuid:uid>/decide/start/", views.decide_start, name="decide_start"),
    path("patients/<uuid:uid>/decide/take-over/", views.decide_take_over, name="decide_take_over"),
    path("patients/<uuid:uid>/decide/maintenance/", views.decide_plateau, name="decide_plateau"),
    path("patients/<uuid:uid>/decide/interval/", views.decide_interval, name="decide_interval"),
    path("patients/<uuid:uid>/decide/folic-acid/", views.decide_folic_acid, name="decide_folic_acid"),
    path("patients/<uuid:uid>/decide/stop/", views.decide_stop, name="decide_stop"),
    path("patients/<uuid:uid>/decide/close/", views.decide_close, name="decide_close"),
    path("patients/<uuid:uid>/decide/order/", views.order, name="order"),
    path(
        "patients/<uuid:uid>/decide/decision/<uuid:row>/",
        withdrawals.withdraw,
        {"kind": "decision"},
        name="withdraw_decision",
    ),
    path(
        "patients/<uuid:uid>/decide/order/<uuid:row>/",
        withdrawals.withdraw,
        {"kind": "order"},
        name="withdraw_order",
    ),
]
