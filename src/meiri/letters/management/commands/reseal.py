"""`meiri reseal`: seal all that writers sent with a new key."""

from django.core.management import BaseCommand
from django.db import connection, transaction
from django.db.models import Model

from meiri.letters.models import SEALED as LETTER_FIELDS
from meiri.letters.models import Attachment, Letter, Message
from meiri.letters.sealing import add_key, forget_keys, reseal

# What is sealed, table by table, and how many rows are read at once.
SEALED: list[tuple[type[Model], tuple[str, ...], int]] = [
    (Letter, (*LETTER_FIELDS, "sealed_contact"), 200),
    (Message, ("text",), 200),
    (Attachment, ("sealed",), 4),
]


class Command(BaseCommand):
    help = (
        "Make a new key for the letters and seal with it what was sealed with older ones. Letters can be read and"
        " written meanwhile; run it again where it was interrupted. Keep the old letters.key with older backups."
    )

    def handle(self, **options):
        add_key()
        number = sum(reseal_table(model, fields, step) for model, fields, step in SEALED)
        forget_keys()
        self.stdout.write(f"{number} rows are sealed with the new key.")


def reseal_table(model: type[Model], fields: tuple[str, ...], step: int) -> int:
    """Seal the `fields` of each row anew, the oldest first; how many rows there were."""
    last, number = 0, 0
    while rows := _resealed(model, fields, step, last):
        last, number = rows[-1], number + len(rows)
    return number


@transaction.atomic
def _resealed(model: type[Model], fields: tuple[str, ...], step: int, after: int) -> list[int]:
    """The keys of the next rows, whose fields were sealed anew."""
    table, names = model._meta.db_table, ", ".join(fields)
    with connection.cursor() as cursor:
        lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
        rows_after = f"SELECT id, {names} FROM {table} WHERE id > %s ORDER BY id LIMIT {step}{lock}"  # noqa: S608
        cursor.execute(rows_after, [after])
        rows = cursor.fetchall()
        for key, *sealed in rows:
            anew = [reseal(bytes(value)) if value else value for value in sealed]
            changes = ", ".join(f"{name} = %s" for name in fields)
            cursor.execute(f"UPDATE {table} SET {changes} WHERE id = %s", [*anew, key])  # noqa: S608
    return [row[0] for row in rows]
