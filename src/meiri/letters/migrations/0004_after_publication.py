from django.db import migrations, models

import meiri.letters.sealing


def note_when_they_were_printed(apps, schema_editor):
    letters = apps.get_model("letters", "Letter").objects
    letters.filter(published_at__isnull=False).update(first_published_at=models.F("published_at"))


class Migration(migrations.Migration):
    dependencies = [("letters", "0003_seal_whole")]

    operations = [
        migrations.AddField("letter", "first_published_at", models.DateTimeField(editable=False, null=True, verbose_name="首次公开")),
        migrations.AddField("letter", "changed_at", models.DateTimeField(editable=False, null=True, verbose_name="刊登后修改")),
        migrations.AddField(
            "letter",
            "sealed_print",
            meiri.letters.sealing.SealedTextField(default="", verbose_name="撤下前的刊登稿"),
            preserve_default=False,
        ),
        migrations.AddField("letter", "withdrawn_at", models.DateTimeField(editable=False, null=True, verbose_name="撤下时间")),
        migrations.AddField(
            "letter",
            "withdrawal_reason",
            models.CharField(blank=True, default="", editable=False, max_length=200, verbose_name="撤下原因"),
            preserve_default=False,
        ),
        migrations.RunPython(note_when_they_were_printed, migrations.RunPython.noop),
    ]
