"""Part of `make lint`: the code of the release before works on a database that this one's migrations have changed.

    python scripts/check_migrations.py

Nodes are upgraded one after the other, so the old code goes on reading and writing meanwhile. A migration therefore adds first; what it takes away,
renames or demands must be nothing to the old code. Each that is not so is printed, with what to do, and the status is 1. A migration
whose class says `old_code_is_ready_since = "0.2.0"`, an earlier release than this one, is let pass: from then on the code has not used what goes, and has
kept what is demanded. Migrations up to those in `released-migrations.txt` are from before the rule.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import django
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

FREE = Path(__file__).with_name("released-migrations.txt")
READY = "old_code_is_ready_since"
# Nothing in the tables that old code reads or writes.
HARMLESS = (
    migrations.CreateModel,
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.RenameIndex,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.AlterModelTableComment,
    migrations.RemoveConstraint,
    migrations.RunPython,
)
TAKES_AWAY = (migrations.RemoveField, migrations.DeleteModel)
RENAMES = (migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable)


def faults(
    migration: migrations.Migration, before: ProjectState, release: str, made: set[tuple[str, str]]
) -> Iterator[str]:
    """What of `migration` the code of the release before `release` can't stand. `before`: the state that it changes. `made`: models, as app
    and name, that the old code does not know; those that it makes are added."""
    ready = getattr(migration, READY, "")
    if ready and version(ready) < version(release):
        return
    state, app = before.clone(), migration.app_label
    for operation in plain(migration.operations):
        if isinstance(operation, migrations.CreateModel):
            made.add((app, operation.name_lower))
        is_new = (app, getattr(operation, "model_name", "").lower()) in made
        if not is_new and (fault := fault_of(operation, app, state)):
            yield f"{app}.{migration.name}: {operation.describe()}: {fault}"
        for name in bound_fields(operation, made, app):
            yield (
                f"{app}.{migration.name}: {operation.describe()}: {name} keeps old code from deleting what it leads to: give it"
                f" db_constraint=False, and the constraint a release later with {READY}"
            )
        operation.state_forwards(app, state)


def plain(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from plain([*operation.database_operations, *operation.state_operations])
        else:
            yield operation


def bound_fields(operation: Operation, made: set[tuple[str, str]], app: str) -> list[str]:
    """The fields of a new table or of a new column that the database holds to rows of a table that old code knows: it deletes those."""
    if isinstance(operation, migrations.CreateModel):
        fields = operation.fields
    elif isinstance(operation, migrations.AddField):
        fields = [(operation.name, operation.field)]
    else:
        return []
    found = []
    for name, field in fields:
        known = getattr(field, "remote_field", None) and field.remote_field.model
        if isinstance(known, str):
            other, _, model = known.rpartition(".")
            key = (other or app, model.lower())
            if key not in made and getattr(
                field, "db_constraint", getattr(field.remote_field, "db_constraint", True)
            ):
                found.append(name)
    return found


def fault_of(operation: Operation, app: str, state: ProjectState) -> str:
    """Why old code can't stand it, and what to do; "" where it can."""
    if isinstance(operation, HARMLESS):
        return ""
    if isinstance(operation, migrations.AddField):
        field = operation.field
        return (
            ""
            if field.null or field.many_to_many or field.has_db_default()
            else "old code inserts rows without it: give it db_default, or null=True"
        )
    if isinstance(operation, migrations.AlterField):
        old = state.models[app, operation.model_name.lower()].fields[operation.name]
        return narrowing(old, operation.field)
    if isinstance(operation, TAKES_AWAY):
        return (
            f"old code uses it: leave it out of the code first, and take it away a release later with {READY}"
        )
    if isinstance(operation, RENAMES):
        return "old code knows the old name: add the new one, keep both, and take the old one away a release later"
    return f"old code may break it, or break by it: keep it in the code first, and demand it a release later with {READY}"


def narrowing(old, new) -> str:
    if old.null and not new.null:
        return f"old code writes NULL: write a value first, and demand it a release later with {READY}"
    if old.get_internal_type() != new.get_internal_type():
        return "old code reads and writes another type: add a field beside it"
    if old.max_length and new.max_length and new.max_length < old.max_length:
        return (
            f"old code writes longer texts: shorten them first, and the column a release later with {READY}"
        )
    if new.unique and not old.unique:
        return f"old code may write the same twice: keep it unique first, and demand it a release later with {READY}"
    return ""


def version(written: str) -> tuple[int, ...]:
    return tuple(map(int, written.split(".")))


def bound_migrations(loader: MigrationLoader, free: Iterable[str]) -> list[tuple[str, str]]:
    """Those of Meiri's apps that come after the ones of `free` (`app name`, one of each app)."""
    last = dict(line.split() for line in free)
    return sorted(
        key
        for key, migration in loader.disk_migrations.items()
        if migration.__module__.startswith("meiri.") and migration.name > last.get(migration.app_label, "")
    )


def main() -> int:
    django.setup()
    from meiri import __version__

    loader, found = MigrationLoader(None), []
    made: set[tuple[str, str]] = set()
    for key in bound_migrations(loader, FREE.read_text().splitlines()):
        before = loader.project_state(key, at_end=False)
        found += faults(loader.disk_migrations[key], before, __version__, made)
    for fault in found:
        print(fault)
    print(
        f"Migrations: {'the code of the release before stands them' if not found else f'{len(found)} that it does not stand'}."
    )
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
