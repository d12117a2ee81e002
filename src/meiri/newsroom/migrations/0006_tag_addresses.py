"""Give each tag the address word that its name makes."""

from django.db import migrations

BATCH = 1000


def give_slugs(apps, schema_editor):
    from meiri.newsroom.tags import slug_of

    Tag = apps.get_model("taggit", "Tag")
    tags = Tag.objects.using(schema_editor.connection.alias)
    changed = [
        (pk, wanted) for pk, name, slug in tags.values_list("pk", "name", "slug").iterator() if slug != (wanted := slug_of(name))
    ]
    # What one is to have may be another's until that has its own.
    for word in (lambda pk, wanted: f"{pk}~", lambda pk, wanted: wanted):
        for first in range(0, len(changed), BATCH):
            rows = [Tag(pk=pk, slug=word(pk, wanted)) for pk, wanted in changed[first : first + BATCH]]
            tags.bulk_update(rows, ["slug"])


class Migration(migrations.Migration):
    dependencies = [
        ("newsroom", "0005_correction"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
    ]

    operations = [migrations.RunPython(give_slugs, migrations.RunPython.noop)]
