"""The words of pictures that an erased text used: titles and captions are kept with the picture, not with the article."""

from collections.abc import Iterable, Mapping
from typing import Any

from wagtail.search.index import insert_or_update_object

from meiri.changes.models import PublishedChange
from meiri.journal.content_keys import PICTURE, ContentKey
from meiri.media.models import Picture
from meiri.newsroom.body.stream import body_of, keys_in_body
from meiri.newsroom.erased_words import ErasedWords

WORDS_OF_PICTURES = ("title", "description", "caption")


def pictures_in(content: Mapping[str, Any]) -> set[int]:
    """The keys of the pictures of a version, as Wagtail stores it."""
    top = content.get("picture")
    return {*PICTURE.numbers(keys_in_body(body_of(content))), *([top] if top else [])}


def clean_pictures(contents: Iterable[Mapping[str, Any]], words: ErasedWords) -> list[ContentKey]:
    """Take erased words out of what is said of the pictures of these versions. The content keys of those that were changed, for the
    entry that tells of it."""
    keys = {key for content in contents for key in pictures_in(content)}
    changed = []
    for picture in Picture.objects.filter(pk__in=keys).order_by("pk"):
        said = {name: getattr(picture, name) for name in WORDS_OF_PICTURES}
        kept = words.without(said)
        if kept != said:
            # Not by `save`: it would note what was said before among the changes of the picture.
            Picture.objects.filter(pk=picture.pk).update(**kept)
            _clean_changes(picture, words)
            insert_or_update_object(Picture.objects.get(pk=picture.pk))
            changed.append(picture.content_key)
    return changed


def _clean_changes(picture: Picture, words: ErasedWords) -> None:
    for change in PublishedChange.objects.filter(thing=picture.content_key):
        PublishedChange.objects.filter(pk=change.pk).update(
            before=words.without(change.before), reason=words.without(change.reason)
        )
