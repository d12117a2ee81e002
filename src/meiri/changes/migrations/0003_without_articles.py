from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("changes", "0002_of_any_thing")]

    operations = [
        migrations.RemoveIndex("publishedchange", "change_of_article"),
        migrations.RemoveField("publishedchange", "article"),
        migrations.RemoveField("withdrawalreceipt", "article_id"),
        migrations.AddIndex("publishedchange", models.Index(fields=["thing", "-id"], name="changes_of_thing")),
        migrations.AlterField("withdrawalreceipt", "title", models.CharField(max_length=255, verbose_name="标题")),
        migrations.AlterField("withdrawalreceipt", "address", models.CharField(blank=True, max_length=500, verbose_name="原地址")),
    ]
