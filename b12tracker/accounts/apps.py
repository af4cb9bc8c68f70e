from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "b12tracker.accounts"
    label = "accounts"
