"""The project's addresses, and the bare views that pages are measured against."""

from django.urls import include, path

from schedules.benchmark import bare

urlpatterns = [
    path("benchmark/page/<int:size>/", bare.page, name="bare_page"),
    path("benchmark/insert/", bare.insert, name="bare_insert"),
    path("", include("b12tracker.urls")),
]
