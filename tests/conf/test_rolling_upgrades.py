"""Two releases on one database: migrations that the older can't stand are refused, and what a newer one has added disturbs nobody."""

import importlib.util

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from meiri.changes.models import PublishedChange
from meiri.comments.models import Comment
from meiri.journal.models import Entry
from meiri.media.models import Picture
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish, withdraw
from tests.conftest import PROJECT
from tests.newsroom_factory import an_article

spec = importlib.util.spec_from_file_location("check_migrations", PROJECT / "scripts/check_migrations.py")
check_migrations = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_migrations)

BEFORE = ProjectState()
BEFORE.add_model(
    ModelState(
        "letters",
        "Letter",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("title", models.CharField(max_length=80)),
            ("note", models.TextField(null=True)),
        ],
    )
)


def told(*operations, ready: str = "", release: str = "0.3.0", made=()) -> list[str]:
    attributes = {"operations": list(operations)} | ({"old_code_is_ready_since": ready} if ready else {})
    migration = type("Migration", (migrations.Migration,), attributes)("0009_next", "letters")
    return list(check_migrations.faults(migration, BEFORE, release, set(made)))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("letter", "colour", models.CharField(max_length=9, db_default="")),
        migrations.AddField("letter", "answered_at", models.DateTimeField(null=True)),
        migrations.AlterField("letter", "title", models.CharField(max_length=120)),
        migrations.AlterField("letter", "title", models.CharField(max_length=80, null=True)),
        migrations.AddIndex("letter", models.Index(fields=["title"], name="by_title")),
        migrations.CreateModel("Stamp", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RunPython(migrations.RunPython.noop),
    ],
)
def test_what_adds_is_let_pass(operation):
    assert told(operation) == []


REFUSED = [
    (
        migrations.AddField("letter", "colour", models.CharField(max_length=9, default="")),
        "give it db_default",
    ),
    (migrations.RemoveField("letter", "note"), "take it away a release later"),
    (migrations.DeleteModel("Letter"), "take it away a release later"),
    (migrations.RenameField("letter", "note", "remark"), "knows the old name"),
    (migrations.RenameModel("Letter", "Note"), "knows the old name"),
    (migrations.AlterField("letter", "note", models.TextField()), "writes NULL"),
    (migrations.AlterField("letter", "title", models.TextField()), "another type"),
    (migrations.AlterField("letter", "title", models.CharField(max_length=40)), "longer texts"),
    (
        migrations.AlterField("letter", "title", models.CharField(max_length=80, unique=True)),
        "the same twice",
    ),
    (
        migrations.AddConstraint("letter", models.UniqueConstraint(fields=["title"], name="one_title")),
        "may break it",
    ),
    (migrations.RunSQL("DROP TABLE letters_letter"), "may break it"),
]


@pytest.mark.parametrize(("operation", "words"), REFUSED)
def test_what_old_code_can_not_stand_is_refused(operation, words):
    [fault] = told(operation)
    assert fault.startswith("letters.0009_next: ")
    assert words in fault


@pytest.mark.parametrize(("operation", "_"), REFUSED)
def test_a_release_later_it_is_let_pass(operation, _):
    assert told(operation, ready="0.2.0") == []
    assert told(operation, ready="0.3.0")
    assert told(operation, ready="0.10.0")


def test_a_table_that_old_code_does_not_know_may_change(monkeypatch):
    made = migrations.CreateModel("Stamp", [("id", models.BigAutoField(primary_key=True))])
    field = migrations.AddField("stamp", "value", models.IntegerField(default=0))
    assert told(made, field) == []


def test_a_new_table_must_not_keep_old_code_from_deleting():
    def stamp(**more):
        to = models.ForeignKey("letters.Letter", models.CASCADE, **more)
        return migrations.CreateModel(
            "Stamp", [("id", models.BigAutoField(primary_key=True)), ("letter", to)]
        )

    [fault] = told(stamp())
    assert "letter keeps old code from deleting" in fault
    assert told(stamp(db_constraint=False)) == []
    assert told(stamp(), ready="0.2.0") == []
    assert told(stamp(), made=[("letters", "letter")]) == []
    [fault] = told(
        migrations.AddField("letter", "of", models.ForeignKey("letters.Letter", models.CASCADE, null=True))
    )
    assert "db_constraint=False" in fault


def test_state_and_database_apart_are_looked_into():
    hidden = migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL("DROP TABLE letters_letter")]
    )
    assert len(told(hidden)) == 1


def test_migrations_after_the_released_ones_are_bound():
    loader = MigrationLoader(None)
    bound = check_migrations.bound_migrations(loader, ["letters 0002_nothing_of_that_name"])
    assert any(app == "newsroom" for app, _ in bound)
    assert all(name > "0002_nothing_of_that_name" for app, name in bound if app == "letters")
    assert not any(app == "wagtailcore" for app, _ in bound)
    free = check_migrations.FREE.read_text().splitlines()
    assert {line.split()[0] for line in free} <= {app for app, _ in loader.disk_migrations}
    assert all(tuple(line.split()) in loader.disk_migrations for line in free)


@pytest.mark.django_db(transaction=True)
def test_columns_of_a_newer_release_disturb_nobody():
    """As its migrations add them: with a default of the database, or empty."""
    tables = [model._meta.db_table for model in (Article, Comment, Entry, Picture, PublishedChange)]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ADD COLUMN of_next_release varchar(9) NOT NULL DEFAULT ''")
            cursor.execute(f"ALTER TABLE {table} ADD COLUMN empty_one varchar(9) NULL")
    try:
        article = an_article("两个版本一起运行")
        article.title = "两个版本一起运行，照常更正"
        article.change_reason = "补充"
        publish(article)
        withdraw(article, "测试用稿")
        assert Article.objects.get(pk=article.pk).title == "两个版本一起运行，照常更正"
        assert Entry.objects.count() >= 3
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DROP COLUMN of_next_release")
                cursor.execute(f"ALTER TABLE {table} DROP COLUMN empty_one")
