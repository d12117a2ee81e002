"""Pinyin above the characters of an article (注音), as ruby: made when a reader asks for it, never part of the page."""

from collections.abc import Iterator

from lxml import html
from lxml.html import HtmlElement
from markupsafe import Markup

from meiri.search.pinyin import toned

# Where no text is read, or none may stand in an element.
_LEFT_ALONE = frozenset(
    {"script", "style", "svg", "video", "audio", "picture", "ruby", "iframe", "select", "title"}
)


def with_pinyin(source: str) -> Markup:
    """HTML with each Chinese word of its text in a `ruby` element. A polyphone is read as the word has it."""
    root = html.fragment_fromstring(str(source), create_parent="div")
    for element in list(_readable(root)):
        # What follows an element belongs to its parent.
        for child in list(element):
            _annotate(child.tail, element, child)
        _annotate(element.text, element, None)
    inner = [html.tostring(child, encoding="unicode") for child in root]
    return Markup(Markup.escape(root.text or "") + Markup("").join(Markup(part) for part in inner))  # noqa: S704


def _readable(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _LEFT_ALONE:
            yield from _readable(child)


def _annotate(text: str | None, parent: HtmlElement, before: HtmlElement | None) -> None:
    """Put `text`, which follows the child `before` (or begins `parent`), anew, with its words in ruby elements."""
    if not text or not text.strip():
        return
    place = 0 if before is None else parent.index(before) + 1
    _set(parent, before, "")
    last = before
    for word, readings in toned(text):
        if not readings:
            _set(parent, last, (_get(parent, last) or "") + word)
            continue
        ruby = html.Element("ruby")
        for n, (character, reading) in enumerate(zip(word, readings, strict=True)):
            if n == 0:
                ruby.text = character
            else:
                ruby[-1].tail = character
            # Who listens hears the character: its reading would be said twice.
            sound = html.Element("rt")
            sound.set("aria-hidden", "true")
            sound.text = reading
            ruby.append(sound)
        parent.insert(place, ruby)
        place, last = place + 1, ruby


def _get(parent: HtmlElement, child: HtmlElement | None) -> str | None:
    return parent.text if child is None else child.tail


def _set(parent: HtmlElement, child: HtmlElement | None, text: str) -> None:
    if child is None:
        parent.text = text
    else:
        child.tail = text
