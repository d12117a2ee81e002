"""Whether the key that review sheets are signed with is the one that the journal knows."""

from collections.abc import Iterator

from meiri.health_checks import HealthFinding, broken, fine, health_check, warning
from meiri.operations.nodes import register_shared_key
from meiri.review.sheet_signing import journaled_keys, key_file, public_keys

register_shared_key(key_file)


@health_check("sheets.key")
def sheets_are_signed_with_a_known_key() -> Iterator[HealthFinding]:
    known = journaled_keys()
    if not known:
        yield fine("no sheet was signed yet")
    elif not key_file().exists():
        yield broken(
            "it is gone; sheets would be signed with a new one",
            "put sheets.key back into the data folder from where you keep it (docs/backups.md)",
        )
    elif public_keys().ed25519 not in {keys.ed25519 for keys in known}:
        yield warning(
            "no sheet was signed with this one yet, but with another",
            "put the former sheets.key back, where this one was not made on purpose",
        )
    else:
        yield fine("signed sheets before")
