from django.db import migrations, models
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat


def name_the_articles(apps, schema_editor):
    name = Concat(Value("article:"), Cast("article_id", CharField()))
    apps.get_model("changes", "PublishedChange").objects.update(thing=name)
    receipts = apps.get_model("changes", "WithdrawalReceipt").objects
    receipts.update(thing=name)
    for receipt in receipts.filter(due_at__isnull=False).iterator():
        receipt.marks = [f"/{receipt.article_id}.html"]
        receipt.save(update_fields=["marks"])


class Migration(migrations.Migration):
    dependencies = [("changes", "0001_initial")]

    operations = [
        migrations.AddField("publishedchange", "thing", models.CharField(default="", max_length=40, verbose_name="对象"), preserve_default=False),
        migrations.AddField("publishedchange", "before", models.JSONField(default=dict, verbose_name="修改前")),
        migrations.AddField("withdrawalreceipt", "thing", models.CharField(db_index=True, default="", editable=False, max_length=40, verbose_name="对象"), preserve_default=False),
        migrations.AddField("withdrawalreceipt", "marks", models.JSONField(default=list, editable=False)),
        migrations.RunPython(name_the_articles, migrations.RunPython.noop),
    ]
