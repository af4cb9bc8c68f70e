"""Addresses of a clinic's own pages."""

from django.urls import path

from b12tracker.clinic import views, views_people, views_products

urlpatterns = [
    path("", views.settings, name="clinic"),
    path("closed-days/", views.closed_days, name="clinic_closed_days"),
    path("closed-days/take/<int:year>/", views.take_holidays, name="clinic_take_holidays"),
    path("closed-days/<int:pk>/open/", views.open_day_again, name="clinic_open_day"),
    path("people/", views_people.people, name="clinic_people"),
    path("people/invite/", views_people.invite, name="clinic_invite"),
    path("people/<int:pk>/", views_people.change_roles, name="clinic_person"),
    path("people/<int:pk>/leave/", views_people.deactivate, name="clinic_deactivate"),
    path("people/<int:pk>/invite/", views_people.invite_again, name="clinic_invite_again"),
    path("products/", views_products.products, name="clinic_products"),
    path("products/new/", views_products.new_product, name="clinic_new_product"),
    path("products/batch/", views_products.new_batch, name="clinic_new_batch"),
    path("products/batch/<int:pk>/withdraw/", views_products.withdraw, name="clinic_withdraw"),
    path("products/batch/<int:pk>/reinstate/", views_products.reinstate, name="clinic_reinstate"),
    path("access/", views.access_log, name="clinic_access_log"),
    path("permissions/", views.permissions, name="clinic_permissions"),
]
