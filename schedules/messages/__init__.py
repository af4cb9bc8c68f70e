"""Telling people: which reminders are wanted, what they say, and handing them to a mail server."""
