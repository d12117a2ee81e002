"""From a name to who signs with it."""

from anyascii import anyascii
from django.utils.text import slugify

from meiri.newsroom.models import Author


def author_named(name: str, **fields) -> Author:
    """The author of that name, made with `fields` where there is none. Names that read alike get addresses of their own."""
    name = name[:40]
    found = Author.objects.filter(name=name).first()
    if found:
        return found
    stem = (slugify(anyascii(name)) or "author")[:50]
    taken = set(Author.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug = next(s for s in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)
    return Author.objects.create(name=name, slug=slug, **fields)
