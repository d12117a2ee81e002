import meiri.letters.sealing
from django.db import migrations, models

# What is sealed from now on, and what it is called.
FIELDS = {
    'subject': '标题',
    'place': '反映地点',
    'masked_name': '来信人',
    'unit': '转交单位',
    'answer': '答复',
    'closing_words': '办结说明',
}


def overwrite_what_goes(apps, schema_editor):
    """SQLite leaves what was deleted in its file until something else needs the room, unless it is told not to."""
    if schema_editor.connection.vendor == 'sqlite':
        schema_editor.execute('PRAGMA secure_delete = ON')


def seal(apps, schema_editor):
    """Seal what stood in clear; keep in clear what is printed."""
    model = apps.get_model('letters', 'Letter')
    for letter in model.objects.order_by('pk').iterator(chunk_size=200):
        for name in FIELDS:
            setattr(letter, name, getattr(letter, f'plain_{name}'))
        if letter.published_at:
            letter.published_name, letter.published_unit = letter.plain_masked_name, letter.plain_unit
        else:
            letter.published_subject = letter.published_text = letter.published_answer = ''
        letter.save()


class Migration(migrations.Migration):

    dependencies = [('letters', '0002_followed_up')]

    operations = [
        migrations.RunPython(overwrite_what_goes, migrations.RunPython.noop),
        migrations.AddField(
            model_name='letter',
            name='published_name',
            field=models.CharField(blank=True, max_length=20, verbose_name='刊登的来信人'),
        ),
        migrations.AddField(
            model_name='letter',
            name='published_unit',
            field=models.CharField(blank=True, max_length=60, verbose_name='刊登的单位'),
        ),
        *[
            operation
            for name, label in FIELDS.items()
            for operation in (
                migrations.RenameField(model_name='letter', old_name=name, new_name=f'plain_{name}'),
                migrations.AddField(
                    model_name='letter',
                    name=name,
                    field=meiri.letters.sealing.SealedTextField(default='', verbose_name=label),
                    preserve_default=False,
                ),
            )
        ],
        migrations.RunPython(seal, migrations.RunPython.noop),
        *[migrations.RemoveField(model_name='letter', name=f'plain_{name}') for name in FIELDS],
    ]
