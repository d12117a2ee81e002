from django.db import migrations


class Migration(migrations.Migration):
    """The two tables belong to the app `changes` from now on, which holds the changes of whatever is published."""

    dependencies = [("newsroom", "0022_subsections")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable("ArticleChange", "changes_publishedchange"),
                migrations.AlterModelTable("WithdrawalReceipt", "changes_withdrawalreceipt"),
            ],
            state_operations=[
                migrations.DeleteModel("ArticleChange"),
                migrations.DeleteModel("WithdrawalReceipt"),
            ],
        )
    ]
