"""What Word, WPS and Excel write into the HTML that they put on the clipboard.

Microsoft describes it in "Microsoft Office HTML and XML Reference" (2000); WPS and Outlook write the same.
"""

import re

from lxml import html

_LIST = re.compile(r"mso-list\s*:\s*(?!none|skip|ignore)[^;\"']{0,80}?\blevel(\d)", re.IGNORECASE)
_ELEMENT = re.compile(r"mso-element\s*:\s*([\w-]+)", re.IGNORECASE)
_DECIMAL = re.compile(r"(\d{1,4})[.．、)）]?")
LONGEST_MARKER = 40


def list_level(element: html.HtmlElement) -> int:
    """The level, from 1, of a paragraph that is an item of a list; 0 for any other."""
    found = _LIST.search(element.get("style") or "")
    return int(found[1]) or 1 if found else 0


def is_list_marker(element: html.HtmlElement) -> bool:
    """Whether the number or bullet of an item stands in this element."""
    return bool(re.search(r"mso-list\s*:\s*ignore", element.get("style") or "", re.IGNORECASE))


def number_of(marker: str) -> int | None:
    """The number that a list marker says: 0 for a bullet, None for what the editor's lists can't say (（一）, a), iv.)."""
    marker = "".join(marker.split())
    if found := _DECIMAL.fullmatch(marker):
        return int(found[1])
    return 0 if len(marker) <= 1 else None


def is_comment(element: html.HtmlElement) -> bool:
    """Whether a reviewer's comment, or the mark that leads to one, is in this element."""
    names = (element.get("class") or "").lower()
    return (
        "msocommentreference" in names
        or "msocomanchor" in names
        or _element(element) in ("comment", "comment-list")
    )


def is_notes_rule(element: html.HtmlElement) -> bool:
    """Whether this is the short line that stands above footnotes."""
    return element.tag == "hr" and element.get("width") == "33%"


def _element(element: html.HtmlElement) -> str:
    found = _ELEMENT.search(element.get("style") or "")
    return found[1].lower() if found else ""
