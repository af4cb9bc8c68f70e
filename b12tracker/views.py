"""The health check."""

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from patients.permissions import public


@public
@transaction.non_atomic_requests
def health(request: HttpRequest) -> HttpResponse:
    """200 when this process and its database answer. Says nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
