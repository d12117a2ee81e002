"""Whether letters can be opened with the key that is here."""

from collections.abc import Iterator

from meiri.health_checks import HealthFinding, broken, fine, health_check
from meiri.letters.models import Letter
from meiri.letters.sealing import UNREADABLE, key_file
from meiri.operations.nodes import register_shared_key

register_shared_key(key_file)


@health_check("letters.key")
def letters_open() -> Iterator[HealthFinding]:
    newest = Letter.objects.order_by("-pk").values_list("subject", flat=True).first()
    if newest is None:
        yield fine("no letter was sealed yet")
    elif newest == UNREADABLE:
        yield broken(
            "the newest letter can't be opened: letters.key is another one or gone",
            "put letters.key back into the data folder from where you keep it (docs/backups.md)",
        )
    else:
        yield fine("opens the newest letter")
