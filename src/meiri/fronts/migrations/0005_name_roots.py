"""Call what Wagtail's migrations call Root by words of the newsroom, where nobody has."""

from django.db import migrations

PAGES, FILES = "全部页面", "全部图片和文件"


def name_roots(apps, schema_editor):
    pages = apps.get_model("wagtailcore", "Page").objects.filter(depth=1, title="Root")
    pages.update(title=PAGES, draft_title=PAGES)
    apps.get_model("wagtailcore", "Collection").objects.filter(depth=1, name="Root").update(name=FILES)


class Migration(migrations.Migration):
    dependencies = [("fronts", "0004_identity"), ("wagtailcore", "0098_apitoken")]

    operations = [migrations.RunPython(name_roots, migrations.RunPython.noop)]
