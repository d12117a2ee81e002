from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("changes", "0002_of_any_thing")]

    operations = [
        migrations.RemoveIndex("publishedchange", "change_of_article"),
        migrations.RemoveField("publishedchange", "article"),
        migrations.RemoveField("withdrawalreceipt", "article_id"),
        migrations.AlterField("publishedchange", "reason", models.CharField(blank=True, max_length=300, verbose_name="原因")),
        migrations.AlterField("withdrawalreceipt", "reason", models.CharField(max_length=300, verbose_name="撤稿原因")),
        migrations.AddIndex("publishedchange", models.Index(fields=["thing", "-id"], name="changes_of_thing")),
        migrations.AlterField("withdrawalreceipt", "title", models.CharField(max_length=255, verbose_name="标题")),
        migrations.AlterField("withdrawalreceipt", "address", models.CharField(blank=True, max_length=500, verbose_name="原地址")),
    ]
