"""Names of permissions in Chinese: Django and Wagtail store them in English, and the form of a group shows what is stored."""

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models.signals import post_migrate
from django.utils import translation

VERBS = {
    "add": "新建",
    "change": "修改",
    "delete": "删除",
    "view": "查看",
    "publish": "发布",
    "lock": "锁定",
    "unlock": "解锁",
    "choose": "选用",
    "bulk_delete": "批量删除",
}
ACCESS = "可以进入采编后台"


def connect() -> None:
    # After each app: some permissions are made late.
    post_migrate.connect(_name_all, dispatch_uid="newsroom: names of permissions")


def _name_all(using, **options) -> None:
    if using == DEFAULT_DB_ALIAS and Permission._meta.db_table in connection.introspection.table_names():
        name_permissions()


def name_permissions() -> None:
    """Name those in Chinese that still have the name that they were made with. What an administrator wrote stays."""
    with translation.override(settings.LANGUAGE_CODE):
        for permission in Permission.objects.filter(name__startswith="Can ").select_related("content_type"):
            if name := name_of_permission(permission):
                permission.name = name
                permission.save(update_fields=["name"])


def name_of_permission(permission: Permission) -> str | None:
    """What it allows, in Chinese; None where nobody said what it is."""
    if permission.codename == "access_admin":
        return ACCESS
    model = permission.content_type.model_class()
    verb = VERBS.get(permission.codename.rpartition("_")[0])
    return f"可以{verb}{model._meta.verbose_name}" if model and verb else None
