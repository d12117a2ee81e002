"""Headlines as readers see them in a page."""


def unbroken(page: str) -> str:
    """A page without the places at which its headlines may break."""
    return page.replace("<wbr>", "")
