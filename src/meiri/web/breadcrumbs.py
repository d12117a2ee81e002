"""Breadcrumbs of a page."""

from meiri.identity import site_name


def breadcrumbs(parts) -> list[tuple[str, str]]:
    """(name, address) from the home page down. A part is such a pair, or a thing with a name and an address."""
    pairs = [part if isinstance(part, tuple) else (str(part), part.get_absolute_url()) for part in parts]
    return [(site_name(), "/"), *pairs]
