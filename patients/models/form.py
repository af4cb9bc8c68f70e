"""The same form sent twice records once."""

from django.conf import settings
from django.db import models


class SubmittedForm(models.Model):
    """A form's token, written in the transaction of its action: the second copy meets the unique key."""

    token = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    result = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return str(self.token)
