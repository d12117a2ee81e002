"""Call what Wagtail's migrations call Root by words of the newsroom, where nobody has."""

from django.db import migrations

NAMES = {"Page": ("title", "全部页面"), "Collection": ("name", "全部图片和文件")}


def name_roots(apps, schema_editor):
    for model, (field, name) in NAMES.items():
        roots = apps.get_model("wagtailcore", model).objects.filter(depth=1, **{field: "Root"})
        roots.update(**{field: name})


class Migration(migrations.Migration):
    dependencies = [("fronts", "0004_identity"), ("wagtailcore", "0098_apitoken")]

    operations = [migrations.RunPython(name_roots, migrations.RunPython.noop)]
