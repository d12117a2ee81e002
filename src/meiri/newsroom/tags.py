"""The addresses of tags: whatever an editor types as a tag, its page can be reached.

A tag keeps its address in `Tag.slug`. Where the name is one word of letters and digits, that is the slug; any other name has
what is left of it and a digest of the whole, so that two names never share an address.
"""

import re
import unicodedata
from hashlib import blake2b
from urllib.parse import quote

from taggit.models import Tag

# In characters: an address of Chinese ones takes three bytes for each, and a part of a file's name at most 200.
LONGEST = 40
_DIGEST_BYTES = 5
_WORD = re.compile(rf"[\w-]{{1,{LONGEST}}}")
_DIGEST_AT_END = re.compile(rf"(?:^|-)[0-9a-f]{{{2 * _DIGEST_BYTES}}}\Z")
_BETWEEN_WORDS = re.compile(r"[^\w]+")


def slug_of(name: str) -> str:
    """The address word of a tag called `name`: always the same for a name, another for any other, of letters, digits and
    hyphens only."""
    normal = unicodedata.normalize("NFKC", name)
    if name == normal and _WORD.fullmatch(name) and not _DIGEST_AT_END.search(name):
        return name
    stem = _BETWEEN_WORDS.sub("-", normal)[:LONGEST].strip("-")
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{stem}-{digest}" if stem else digest


def tag_address(tag: Tag) -> str:
    """Where the page of a tag stands."""
    return f"/tag/{quote(tag.slug)}/"


def tag_at(word: str) -> Tag | None:
    """The tag whose page's address has `word`, or whose name it is: addresses once held the name."""
    if len(word) > Tag._meta.get_field("name").max_length:
        return None
    found = Tag.objects.filter(slug=word).first()
    return found or Tag.objects.filter(name=word).first()


def give_slug(sender, instance: Tag, raw: bool = False, **kwargs) -> None:
    """Before a tag is saved for the first time, from whatever form or import: taggit's own slug may be empty or too long."""
    if instance._state.adding and not raw:
        instance.slug = slug_of(instance.name)
