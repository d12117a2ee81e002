"""Breadcrumbs of a page."""

from django.conf import settings


def breadcrumbs(parts) -> list[tuple[str, str]]:
    """(name, address) from the home page down. A part is such a pair, or a thing with a name and an address."""
    pairs = [part if isinstance(part, tuple) else (str(part), part.get_absolute_url()) for part in parts]
    return [(settings.WAGTAIL_SITE_NAME, "/"), *pairs]
