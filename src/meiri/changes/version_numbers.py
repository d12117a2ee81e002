"""The versions of a published thing as readers count them: the first publication is version 1, each change after which they see another
text is the next one.
"""

from collections.abc import Mapping, Sequence

from meiri.changes.models import NO_VERSION, ChangeKind, PublishedChange


def _of(thing: str):
    return PublishedChange.objects.filter(thing=thing)


def numbers_of(thing: str, changes: Sequence[PublishedChange]) -> Mapping[int, int]:
    """The number of the version that each of `changes`, some newest ones of one thing in a row, has made, by the key of the change. One
    query."""
    if not changes:
        return {}
    found, number = {}, count_versions(thing, changes[0].pk)
    for change in changes:
        if change.kind not in NO_VERSION:
            found[change.pk] = number
            number -= 1
    return found


def count_versions(thing: str, up_to: int | None = None) -> int:
    """How many versions readers have seen, up to the change with the key `up_to`. One query of the thing's own changes."""
    changes = _of(thing).exclude(kind__in=NO_VERSION)
    return 1 + (changes if up_to is None else changes.filter(pk__lte=up_to)).count()


def change_to(thing: str, number: int) -> PublishedChange | None:
    """The change that made version `number`; None for the first, and for one that there is not. One query, none for the first."""
    if number < 2:
        return None
    return _of(thing).exclude(kind__in=NO_VERSION).order_by("pk")[number - 2 : number - 1].first()


def changes_to_versions(thing: str) -> list[PublishedChange]:
    """The changes that made the versions from the second on, in their order. One query."""
    return list(_of(thing).exclude(kind__in=NO_VERSION).order_by("pk"))


def erasures_of(thing: str) -> Mapping[int, PublishedChange]:
    """What erased the text of versions, by their numbers. One query."""
    found = _of(thing).filter(kind=ChangeKind.ERASED, version__isnull=False).order_by("-pk")
    return {change.version: change for change in found if change.version is not None}
