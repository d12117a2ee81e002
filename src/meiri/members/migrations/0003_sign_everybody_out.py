from django.db import migrations


def sign_everybody_out(apps, schema_editor):
    """Sessions were kept under their keys; under digests nobody would find them."""
    apps.get_model("members", "SignIn").objects.all()._raw_delete(schema_editor.connection.alias)
    apps.get_model("sessions", "Session").objects.all()._raw_delete(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_keeping"),
        ("sessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(sign_everybody_out, migrations.RunPython.noop)]
