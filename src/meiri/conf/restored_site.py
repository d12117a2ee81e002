"""Looks at a site that `meiri drill` restored, in a process of its own on that site's data folder: `python -m meiri.conf.restored_site`.

It reads the addresses of pages, a JSON list, from its standard input, and answers with a JSON object: `entries`, `ended` (number and
digest of the journal's last entry), `broken` (sentences), `counts`, `missing` (names of media files), `unreadable` (letters that the
key does not open), and of each page its `status` and the SHA-256 of its bytes.
"""

import json
import sys
from collections.abc import Iterator
from hashlib import sha256

# Of what can't be found so many are named.
MOST_NAMED = 20
# So many letters, the newest, are opened.
LETTERS = 200


def main() -> None:
    import django

    django.setup()
    json.dump(look(json.load(sys.stdin)), sys.stdout)


def look(addresses: list[str]) -> dict:
    from meiri.journal.log import end_of_journal
    from meiri.journal.verification import verify_chain

    verified, ended = verify_chain(), end_of_journal()
    fault = verified.broken
    missing = [name for _, name in zip(range(MOST_NAMED), missing_media(), strict=False)]
    return {
        "entries": verified.entries,
        "ended": [ended.sequence, ended.digest],
        "broken": [f"entry {fault.sequence}: {fault.reason}"] if fault else [],
        "counts": counts(),
        "missing": missing,
        "unreadable": unreadable_letters(),
        "pages": {address: page(address) for address in addresses},
    }


def counts() -> dict[str, int]:
    """How many rows there are of what a newsroom has."""
    from wagtail.documents.models import Document

    from meiri.comments.models import Comment
    from meiri.letters.models import Letter
    from meiri.media.models import Picture
    from meiri.members.models import User
    from meiri.newsroom.models import Article

    kinds = (Article, Picture, Document, Comment, Letter, User)
    return {kind.__name__: kind._default_manager.count() for kind in kinds}


def missing_media() -> Iterator[str]:
    """The names of originals and documents that rows name and that are not there. Their bytes were compared as they were
    unpacked."""
    from django.core.files.storage import default_storage
    from wagtail.documents.models import Document

    from meiri.media.models import Picture

    for kind in (Picture, Document):
        for name in kind._default_manager.order_by("pk").values_list("file", flat=True).iterator():
            if name and not default_storage.exists(name):
                yield name


def unreadable_letters() -> int:
    """How many of the newest letters the key does not open."""
    from cryptography.fernet import InvalidToken

    from meiri.letters.models import Letter
    from meiri.letters.sealing import unseal

    found = 0
    for sealed in Letter.objects.order_by("-pk").values_list("sealed_contact", flat=True)[:LETTERS]:
        try:
            if sealed:
                unseal(bytes(sealed))
        except InvalidToken:
            found += 1
    return found


def page(address: str) -> dict:
    from meiri.delivery.rendering import render

    response = render(address).response
    return {"status": response.status_code, "sha256": sha256(response.content).hexdigest()}


if __name__ == "__main__":
    main()
