import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The tables as the newsroom leaves them."""

    initial = True
    dependencies = [
        ("newsroom", "0023_changes_leave"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="WithdrawalReceipt",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("article_id", models.BigIntegerField(db_index=True, editable=False)),
                        ("title", models.CharField(max_length=120, verbose_name="标题")),
                        ("address", models.CharField(max_length=200, verbose_name="原地址")),
                        ("reason", models.CharField(max_length=200, verbose_name="撤稿原因")),
                        ("reach", models.JSONField(default=list, verbose_name="撤稿前")),
                        ("places", models.JSONField(default=list, verbose_name="核查")),
                        ("withdrawn_at", models.DateTimeField(verbose_name="撤稿时间")),
                        ("due_at", models.DateTimeField(db_index=True, null=True)),
                        ("checked_at", models.DateTimeField(null=True, verbose_name="核查时间")),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="撤稿人")),
                    ],
                    options={"verbose_name": "撤稿回执", "verbose_name_plural": "撤稿回执", "default_permissions": ()},
                ),
                migrations.CreateModel(
                    name="PublishedChange",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("kind", models.CharField(choices=[("update", "更新"), ("small", "小改"), ("correction", "更正"), ("withdrawn", "撤稿"), ("restored", "恢复刊发")], max_length=10, verbose_name="类别")),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                        ("parts", models.JSONField(default=list, verbose_name="修改处")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        ("article", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="newsroom.article", verbose_name="稿件")),
                        ("by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="修改人")),
                    ],
                    options={
                        "verbose_name": "修改记录",
                        "verbose_name_plural": "修改记录",
                        "default_permissions": (),
                        "indexes": [models.Index(fields=["article", "-id"], name="change_of_article")],
                    },
                ),
            ]
        )
    ]
