"""Permissions that a release brings reach the groups that are there already; what an administrator took away stays away."""

from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Max
from django.db.models.signals import post_migrate, pre_migrate

from meiri.newsroom.initial_newsroom import collection_of, may_do
from meiri.newsroom.models import Desk
from meiri.newsroom.roles import EDITORS, ROLES

# The newest permission from before the migration that is under way; None when none is.
_newest: int | None = None


def connect(sender) -> None:
    """`sender` is an app whose signals come before those of the apps that bring permissions."""
    pre_migrate.connect(_remember, sender=sender, dispatch_uid="newsroom: permissions there were")
    # After each app: its own permissions may be made after this, and are then found after the next.
    post_migrate.connect(_give_new, dispatch_uid="newsroom: new permissions")


def _remember(using, **options) -> None:
    global _newest
    _newest = None
    if using == DEFAULT_DB_ALIAS and Permission._meta.db_table in connection.introspection.table_names():
        _newest = Permission.objects.aggregate(newest=Max("pk"))["newest"]


def _give_new(using, **options) -> None:
    global _newest
    if using != DEFAULT_DB_ALIAS or _newest is None:
        return
    new = list(Permission.objects.filter(pk__gt=_newest).select_related("content_type"))
    if not new:
        return
    _newest = max(permission.pk for permission in new)
    names = {f"{p.content_type.app_label}.{p.codename}" for p in new}
    for group in Group.objects.filter(name__in=ROLES):
        may_do(group, ROLES[group.name], only=names)
    for desk in Desk.objects.select_related("group"):
        may_do(desk.group, ROLES[EDITORS], collection_of(desk.group.name), only=names)
