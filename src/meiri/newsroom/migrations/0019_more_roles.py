"""Give a newsroom of before the roles that posts can have: each begins with what the role may that it is built on.

A new newsroom has no groups yet; it gets all of them as newsroom/roles.py says.
"""

from django.db import migrations

BUILT_ON = {
    "通讯员": "记者",
    "栏目主编": "编辑",
    "地方站编辑": "编辑",
    "地方站站长": "编辑",
    "值班总编": "主编",
    "总编辑": "主编",
}
BY_THEMSELVES = {
    "校对": [("wagtailadmin", "access_admin"), ("newsroom", "change_article")],
    "系统管理员": [
        ("wagtailadmin", "access_admin"),
        *((app, f"{deed}_{model}")
          for app, model in (("members", "user"), ("auth", "group"), ("newsroom", "desk"), ("wagtailcore", "collection"))
          for deed in ("add", "change", "delete")),
        ("journal", "view_entry"),
    ],
}  # fmt: skip


def add_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, base_name in BUILT_ON.items():
        base = Group.objects.filter(name=base_name).first()
        if base is None or Group.objects.filter(name=name).exists():
            continue
        group = Group.objects.create(name=name)
        group.permissions.set(base.permissions.all())
        for model, place in (("GroupCollectionPermission", "collection"), ("GroupPagePermission", "page")):
            granted = apps.get_model("wagtailcore", model)
            for row in granted.objects.filter(group=base):
                granted.objects.create(
                    group=group, permission_id=row.permission_id, **{f"{place}_id": getattr(row, f"{place}_id")}
                )
        for task in apps.get_model("newsroom", "ReviewTask").objects.filter(groups=base):
            task.groups.add(group)
    if not Group.objects.filter(name__in=BUILT_ON.values()).exists():
        return
    for name, wanted in BY_THEMSELVES.items():
        group, new = Group.objects.get_or_create(name=name)
        for app, codename in wanted if new else ():
            group.permissions.add(*Permission.objects.filter(content_type__app_label=app, codename=codename))


class Migration(migrations.Migration):
    dependencies = [
        ("newsroom", "0018_offers_and_shares"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [migrations.RunPython(add_roles, migrations.RunPython.noop)]
