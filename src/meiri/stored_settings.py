"""Settings that editors change in the admin: one row of each kind."""

from django.apps import apps
from django.db.models.signals import post_migrate
from wagtail.contrib.settings.models import BaseGenericSetting
from wagtail.contrib.settings.registry import registry


class StoredSettings(BaseGenericSetting):
    """The row is made with the database. Where it is missing, what would be its defaults is used and nothing is written."""

    class Meta:
        abstract = True

    @classmethod
    def _get_or_create(cls):
        return cls.base_queryset().first() or cls()


def make_rows(**details) -> None:
    for model in registry:
        if issubclass(model, StoredSettings) and not model.objects.exists():
            model().save()


def connect() -> None:
    """Make the rows whenever the database was migrated. Any app that has models will do as the sender: there is one signal
    for each, when all of them were migrated."""
    post_migrate.connect(make_rows, sender=apps.get_app_config("journal"), dispatch_uid="stored settings")
