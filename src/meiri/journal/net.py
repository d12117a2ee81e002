"""In development and tests: a change of what readers see without an entry of the journal in its transaction raises.

Temporary triggers of SQLite note each change of a declared row, by whatever code or SQL it came; the end of the transaction
looks whether the journal was told. On PostgreSQL there is no net.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, models, transaction
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from meiri.journal.models import Entry
from meiri.journal.public_models import Public, declared_models

TABLES = (
    "CREATE TEMP TABLE IF NOT EXISTS changed_rows (model TEXT, row, deed TEXT)",
    "CREATE TEMP TABLE IF NOT EXISTS appended_entries (sequence INTEGER)",
)


class Unjournaled(RuntimeError):
    """Readers see something else now, and the journal was not told in the same transaction."""


_looks = True
_is_stretched = False


@contextmanager
def _looking(whether: bool) -> Iterator[None]:
    global _looks
    before, _looks = _looks, whether
    try:
        yield
    finally:
        _looks = before


def looking():
    """Within the block the net is looked into."""
    return _looking(True)


def paused():
    """Within the block it is not: for what a test prepares, or breaks, behind the journal's back."""
    return _looking(False)


def is_looked_into() -> bool:
    """Whether this process is to find what is wrong, as in development and tests."""
    return _is_stretched and _looks


def stretch() -> None:
    """Put the net under every connection of this process to SQLite, from now on; see to it that events are as declared."""
    global _is_stretched
    _is_stretched = True
    connection_created.connect(_connected, dispatch_uid="journal net")
    pre_migrate.connect(_take_away, dispatch_uid="journal net")
    post_migrate.connect(_put_back, dispatch_uid="journal net")
    atomic: Any = transaction.Atomic
    if not hasattr(atomic, "is_watched"):
        atomic.is_watched = True
        atomic.__enter__, atomic.__exit__ = _entering(atomic.__enter__), _leaving(atomic.__exit__)


def _connected(connection, **details) -> None:
    if connection.vendor == "sqlite":
        install(connection)


def _take_away(using, **details) -> None:
    """Migrations tell the journal nothing, and SQLite can't make a table anew that triggers of others name."""
    connection: Any = connections[using]
    if not getattr(connection, "has_journal_net", False):
        return
    connection.has_journal_net = False
    database = connection.connection
    for (name,) in database.execute("SELECT name FROM sqlite_temp_master WHERE type = 'trigger'").fetchall():
        database.execute(f'DROP TRIGGER temp."{name}"')


def _put_back(using, **details) -> None:
    connection = connections[using]
    if getattr(connection, "has_journal_net", None) is False:
        install(connection)


def is_whole(connection) -> bool:
    """Whether all triggers are there that `install` made: a table that a migration made anew has lost its own."""
    made = getattr(connection, "journal_net_triggers", None)
    query = "SELECT COUNT(*) FROM sqlite_temp_master WHERE type = 'trigger'"
    return made is not None and connection.connection.execute(query).fetchone() == (made,)


def install(connection) -> None:
    """Create the triggers on the tables that exist. Calling it again does no harm."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for statement in TABLES:
            cursor.execute(statement)
        for trigger in triggers():
            if trigger.table in tables:
                cursor.execute(trigger.sql)
        if Entry._meta.db_table in tables:
            cursor.execute(APPENDED)
        cursor.execute("SELECT COUNT(*) FROM sqlite_temp_master WHERE type = 'trigger'")
        connection.journal_net_triggers = cursor.fetchone()[0]
    connection.has_journal_net = True
    if _after_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_after_statement)


@dataclass(frozen=True)
class Trigger:
    """A trigger on `table` that notes a row of `model`, found by `row`, after `event` where `when` holds."""

    table: str
    event: str
    when: str
    model: str
    row: str

    @property
    def sql(self) -> str:
        deed = self.event.split()[0]
        name = f"net_{self.table}_{deed.lower()}"
        note = f"INSERT INTO changed_rows VALUES ('{self.model}', {self.row}, '{deed}')"  # noqa: S608
        return (
            f'CREATE TEMP TRIGGER IF NOT EXISTS "{name}" AFTER {self.event} ON main."{self.table}"'
            f" WHEN {self.when} BEGIN {note}; END"
        )


APPENDED = (
    'CREATE TEMP TRIGGER IF NOT EXISTS net_entries AFTER INSERT ON main."journal_entry"'
    " BEGIN INSERT INTO appended_entries VALUES (NEW.sequence); END"
)


def triggers() -> Iterator[Trigger]:
    """The triggers of all declared models."""
    for model, declared in declared_models():
        if isinstance(declared, Public):
            yield from _of_rows(model, declared)
            for name in (*declared.relations, *declared.parts):
                yield from _of_relation(model, declared, name)


def _of_rows(model: type[models.Model], declared: Public) -> Iterator[Trigger]:
    by_table: dict[type[models.Model], list[str]] = {}
    names = (*declared.fields, *([declared.shown_while[0]] if declared.shown_while else []))
    for name in dict.fromkeys(names):
        field: Any = model._meta.get_field(name)
        by_table.setdefault(field.model, []).append(field.column)
    for owner, columns in by_table.items():
        table, key = owner._meta.db_table, owner._meta.pk.column
        differs = " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in columns)
        old, new = (_shown(model, declared, owner, row) for row in ("OLD", "NEW"))
        label = model._meta.label
        listed = ", ".join(f'"{c}"' for c in columns)
        yield Trigger(
            table, f"UPDATE OF {listed}", f"({differs}) AND ({old} OR {new})", label, f'NEW."{key}"'
        )
        yield Trigger(table, "DELETE", old, label, f'OLD."{key}"')
        if declared.appears:
            yield Trigger(table, "INSERT", new, label, f'NEW."{key}"')


def _shown(model: type[models.Model], declared: Public, table: type[models.Model], row: str) -> str:
    """SQL: whether `row` of a model's `table`, its own or a parent's, is shown."""
    if declared.shown_while is None:
        return "1"
    name, value = declared.shown_while
    field: Any = model._meta.get_field(name)
    wanted = int(value) if isinstance(value, bool) else f"'{value}'"
    if field.model is table:
        return f'{row}."{field.column}" = {wanted}'
    return _owner_shown(field, wanted, f'{row}."{table._meta.pk.column}"')


def _owner_shown(field: Any, wanted: Any, key: str) -> str:
    owner = field.model._meta
    return (
        f'EXISTS (SELECT 1 FROM main."{owner.db_table}" WHERE "{owner.pk.column}" = {key}'  # noqa: S608
        f' AND "{field.column}" = {wanted})'
    )


def _of_relation(model: type[models.Model], declared: Public, name: str) -> Iterator[Trigger]:
    """What a many-to-many relation leads to, or rows that are parts of another one."""
    field: Any = model._meta.get_field(name)
    if field.many_to_many:
        table, column = field.remote_field.through._meta.db_table, field.m2m_column_name()
    else:
        table, column = field.related_model._meta.db_table, field.field.column
    for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        key = f'{row}."{column}"'
        shown = "1"
        if declared.shown_while is not None:
            shown_by, value = declared.shown_while
            shown = _owner_shown(model._meta.get_field(shown_by), int(value), key)
        yield Trigger(table, event, shown, model._meta.label, key)


def _of_tests(atomic: transaction.Atomic) -> bool:
    return bool(getattr(atomic, "_from_testcase", False))


def _is_outermost(connection) -> bool:
    """Whether no transaction but that of a test is open."""
    return all(_of_tests(block) for block in connection.atomic_blocks)


def _entering(enter):
    def enter_watched(self):
        connection = transaction.get_connection(self.using)
        first = _is_outermost(connection) and not _of_tests(self)
        enter(self)
        if first and getattr(connection, "has_journal_net", False):
            _clear(connection)

    return enter_watched


def _leaving(leave):
    def leave_watched(self, exc_type, exc_value, traceback):
        connection = transaction.get_connection(self.using)
        ends = exc_type is None and not _of_tests(self) and _is_outermost_but(connection, self)
        if ends and getattr(connection, "has_journal_net", False) and not connection.needs_rollback:
            try:
                look(connection)
            except Unjournaled as unjournaled:
                leave(self, Unjournaled, unjournaled, unjournaled.__traceback__)
                raise
        return leave(self, exc_type, exc_value, traceback)

    return leave_watched


def _is_outermost_but(connection, atomic: transaction.Atomic) -> bool:
    blocks = connection.atomic_blocks
    return bool(blocks) and blocks[-1] is atomic and all(_of_tests(block) for block in blocks[:-1])


def look(connection) -> None:
    """Raise `Unjournaled` where rows changed since the transaction began, and no entry was appended."""
    if not _looks:
        _clear(connection)
        return
    database = connection.connection  # past Django, which counts queries in tests
    rows = database.execute("SELECT DISTINCT model, row, deed FROM temp.changed_rows LIMIT 5").fetchall()
    (entries,) = database.execute("SELECT COUNT(*) FROM temp.appended_entries").fetchone()
    _clear(connection)
    if rows and not entries:
        said = ", ".join(f"{deed} of {model} {row}" for model, row, deed in rows)
        raise Unjournaled(f"Readers see it, but no entry tells of it: {said}.")


def let_go(model: type[models.Model], pk) -> None:
    """A row is as it was when the transaction began, whatever was written meanwhile."""
    connection = transaction.get_connection()
    if getattr(connection, "has_journal_net", False):
        row = [model._meta.label, pk]
        connection.connection.execute("DELETE FROM temp.changed_rows WHERE model = ? AND row = ?", row)


def _clear(connection) -> None:
    for table in ("changed_rows", "appended_entries"):
        connection.connection.execute(f"DELETE FROM temp.{table}")  # noqa: S608


def _after_statement(execute, sql, params, many, context):
    """A statement outside of any transaction is one of its own."""
    done = execute(sql, params, many, context)
    connection = context["connection"]
    writes = sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE") and "temp." not in sql
    if writes and not connection.in_atomic_block:
        look(connection)
    return done
