"""Documents of an edition: pages, feeds and JSON Feed in traditional script, pages in large type.

A document is cut into tags and texts; texts and attributes that people read are converted, links lead to the same edition,
and every other byte stays as it is. It is never parsed into a tree and written anew.
"""

import json
import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import partial
from itertools import accumulate, pairwise

from meiri.delivery.editions import LARGE, TRADITIONAL, Edition, in_edition
from meiri.delivery.script import TraditionalConverter

_ATTRIBUTES = r"(?>[^>\"']++|\"[^\"]*\"|'[^']*')*+"
_TOKEN = re.compile(
    # What a browser reads as text without tags, in which nothing is to be found.
    rf"<(?P<raw>script|style|textarea)(?P<attributes>(?:\s{_ATTRIBUTES})?)>(?P<content>.*?)</(?P=raw)\s*>"
    r"|<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[!?][^>]*>"
    # A tag; where its quotes are not in pairs, it goes to the next bracket.
    rf"|<(?P<closing>/?)(?P<name>[a-z][^\s/>]*)(?:{_ATTRIBUTES}|[^>]*)>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+))")
# ASCII tags without any of these stay as they are.
_NOTEWORTHY = re.compile(
    r"\s(?:href|(?:form)?action|content|(?:xml:|href)?lang|translate|data-(?:fragment|grow|copy|share))\s*=",
    re.I,
)

READ = frozenset(
    {"alt", "title", "placeholder", "label", "aria-label", "aria-description", "aria-roledescription"}
    | {"aria-valuetext", "data-ai", "data-title", "term"}
)
LINKS = frozenset({"href", "action", "formaction", "data-fragment", "data-grow", "data-copy", "data-share"})
META_READ = frozenset(
    {"description", "keywords", "author", "og:title", "og:description", "og:site_name", "og:image:alt"}
    | {"twitter:title", "twitter:description", "twitter:image:alt", "article:section", "article:tag"}
)
BUTTONS = frozenset({"submit", "button", "reset"})
# What stands in these is not prose.
QUIET = frozenset({"code", "pre", "kbd", "samp"})
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
LANGUAGES = {"zh-hans": "zh-Hant", "zh-cn": "zh-tw"}

# Where a line may break in the middle of a text.
BREAK = "<wbr>"

_JSON_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?', re.DOTALL)
_ADDRESS = re.compile(r"(?:https?:)?/|(?:mailto|tel|urn):", re.I)
_JSON_IDS = frozenset({"url", "identifier", "sameAs", "item", "image", "logo"})


class _Draft:
    """A document being converted: its pieces in order, and which of them wait for OpenCC."""

    def __init__(self, base_url: str, wording: TraditionalConverter | None, edition: Edition = TRADITIONAL):
        self.base_url = base_url
        self.edition = edition
        self.wording = wording
        self.pieces: list[str] = []
        self.waiting: list[int] = []
        # Where pieces may break, in characters of what they were.
        self.places: dict[int, list[int]] = {}

    def keep(self, text: str) -> None:
        self.pieces.append(text)

    def read(self, text: str) -> None:
        """Add what people read."""
        if self.wording and not text.isascii():
            self.waiting.append(len(self.pieces))
        self.pieces.append(text)

    def read_broken(self, texts: Sequence[str]) -> None:
        """Add what people read as one text with places between `texts` where its line may break."""
        whole = "".join(texts)
        if len(texts) > 1:
            self.places[len(self.pieces)] = list(accumulate(map(len, texts[:-1])))
        self.read(whole)

    def link(self, address: str) -> None:
        self.pieces.append(in_edition(address, self.base_url, self.edition))

    def finished(self) -> str:
        written = {n: self.pieces[n] for n in self.waiting}
        if self.wording:
            for n, text in zip(written, self.wording.convert_all(list(written.values())), strict=True):
                self.pieces[n] = text
        for n, places in self.places.items():
            before, after = written.get(n, self.pieces[n]), self.pieces[n]
            ends = [0, *places_after(before, after, places), len(after)]
            self.pieces[n] = BREAK.join(after[start:end] for start, end in pairwise(ends))
        return "".join(self.pieces)


def places_after(before: str, after: str, places: Sequence[int]) -> list[int]:
    """Where in `after`, which `before` was converted to, those of the places between its words are that no word spans now."""
    if len(before) == len(after):
        return list(places)
    found = []
    for _, start, end, new_start, new_end in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        same = end - start == new_end - new_start
        found += [
            new_start + place - start for place in places if start == place or (same and start < place < end)
        ]
    return [place for place in dict.fromkeys(found) if 0 < place < len(after)]


class _Silence:
    """Whether a place is inside an element whose text stays as it is."""

    def __init__(self) -> None:
        self.name = ""
        self.depth = 0

    def __bool__(self) -> bool:
        return self.depth > 0

    def begin(self, name: str) -> None:
        self.name, self.depth = name, 1

    def passes(self, name: str, closing: bool) -> None:
        """A tag was met that opens or closes an element."""
        if name == self.name:
            self.depth += -1 if closing else 1


def traditional_html(document: str, base_url: str, wording: TraditionalConverter) -> str:
    """A page, or a piece of one, in traditional script. `base_url`: the site's address without a slash at its end."""
    return _page(document, _Draft(base_url, wording))


def large_html(document: str, base_url: str, edition: Edition = LARGE) -> str:
    """A page, or a piece of one, of an edition in large type: its links lead to the same edition, its words stay."""
    return _page(document, _Draft(base_url, None, edition))


def _page(document: str, draft: _Draft) -> str:
    silence = _Silence()
    at = 0
    # A text is converted as a whole, whatever breaks it may have.
    texts: list[str] = []
    for token in _TOKEN.finditer(document):
        if token[0] == BREAK and not silence:
            texts.append(document[at : token.start()])
            at = token.end()
            continue
        if texts or token.start() > at:
            last = document[at : token.start()]
            draft.keep(last) if silence else draft.read_broken([*texts, last])
            texts = []
        at = token.end()
        if not token["name"]:
            (_raw if token["raw"] and not silence else _kept)(draft, token)
        elif silence:
            _silent_tag(draft, silence, token)
        else:
            _tag(draft, silence, token)
    draft.keep(document[at:]) if silence else draft.read_broken([*texts, document[at:]])
    return draft.finished()


def _kept(draft: _Draft, token: re.Match[str]) -> None:
    draft.keep(token[0])


def _silent_tag(draft: _Draft, silence: _Silence, token: re.Match[str]) -> None:
    """Add a tag inside an element whose text stays. Its links still lead to the edition."""
    tag, name = token[0], token["name"].lower()
    if _opens(tag, name) or token["closing"]:
        silence.passes(name, bool(token["closing"]))
    if _is_noteworthy(tag):
        _rewrite(draft, name, tag, _attributes(tag), untouched=True)
    else:
        draft.keep(tag)


def _tag(draft: _Draft, silence: _Silence, token: re.Match[str]) -> None:
    tag, name = token[0], token["name"].lower()
    quiet = name in QUIET
    if _is_noteworthy(tag):
        attributes = _attributes(tag)
        # What names the language that it leads to is a switch between the editions.
        switches = "hreflang" in attributes
        quiet = quiet or switches or attributes.get("translate") == "no" or _is_foreign(attributes)
        if switches:
            draft.keep(tag)
        else:
            _rewrite(draft, name, tag, attributes, untouched=quiet)
    else:
        draft.keep(tag)
    if quiet and _opens(tag, name):
        silence.begin(name)


def _opens(tag: str, name: str) -> bool:
    """Whether something is to close the element of a tag that isn't a closing one itself."""
    return tag[1] != "/" and name not in VOID and not tag.endswith("/>")


def _is_noteworthy(tag: str) -> bool:
    """Whether anything of a tag could have to change."""
    return "=" in tag and (not tag.isascii() or bool(_NOTEWORTHY.search(tag)))


def _attributes(tag: str) -> dict[str, str]:
    return {
        found[1].lower(): next((v for v in found.groups()[1:] if v is not None), "")
        for found in _ATTRIBUTE.finditer(tag)
    }


def _is_foreign(attributes: dict[str, str]) -> bool:
    language = attributes.get("lang", "zh-hans").lower()
    return language != "zh" and language not in LANGUAGES


def _rewrite(draft: _Draft, element: str, tag: str, attributes: dict[str, str], untouched: bool) -> None:
    """Add a tag with its links in the edition and, unless it is `untouched`, what people read of it converted."""
    at = 0
    for found in _ATTRIBUTE.finditer(tag):
        attribute = found[1].lower()
        add = _way_of(draft, element, attribute, attributes)
        if add is None or (untouched and add == draft.read):
            continue
        group = found.lastindex or 1
        draft.keep(tag[at : found.start(group)])
        add(found[group])
        at = found.end(group)
    draft.keep(tag[at:])


def _way_of(
    draft: _Draft, element: str, attribute: str, attributes: dict[str, str]
) -> Callable[[str], None] | None:
    """How the value of an attribute is added; None where it stays."""
    if draft.edition is not TRADITIONAL and element in ("link", "meta"):
        # It is the same text: for search engines it is at the address of the page itself.
        return None
    if attribute in LINKS:
        return draft.link
    if attribute in READ:
        return draft.read
    if attribute in ("lang", "xml:lang") and draft.wording:
        return lambda value: draft.keep(LANGUAGES.get(value.lower(), value))
    if attribute == "content" and element == "meta":
        kind = (attributes.get("property") or attributes.get("name") or "").lower()
        return draft.read if kind in META_READ else draft.link if kind == "og:url" else None
    if attribute == "value" and element == "input" and attributes.get("type", "").lower() in BUTTONS:
        return draft.read
    return None


def _raw(draft: _Draft, token: re.Match[str]) -> None:
    """Add an element that holds no tags. Structured data is converted; what a reader typed, and code, are not."""
    whole, content = token[0], token["content"]
    start = token.start("content") - token.start()
    opening, closing = whole[:start], whole[start + len(content) :]
    name = token["raw"].lower()
    _rewrite(draft, name, opening, _attributes(opening), untouched=False)
    if draft.wording and name == "script" and _attributes(opening).get("type") == "application/ld+json":
        _structured(draft, content)
    else:
        draft.keep(content)
    draft.keep(closing)


def _structured(draft: _Draft, text: str) -> None:
    """Add JSON-LD: its strings that people read are converted, addresses of pages lead to the edition; all else stays."""
    at, key = 0, ""
    for found in _JSON_STRING.finditer(text):
        value = found[1]
        if found[2]:
            key = value
            continue
        if key == "inLanguage":
            value = LANGUAGES.get(value.lower(), value)
        draft.keep(text[at : found.start(1)])
        if _ADDRESS.match(value):
            draft.link(value)
        else:
            (draft.keep if key.startswith("@") or key in _JSON_IDS else draft.read)(value)
        at = found.end(1)
    draft.keep(text[at:])


def traditional_feed(document: str, base_url: str, wording: TraditionalConverter) -> str:
    """An RSS or Atom document in traditional script. Markup that its texts carry, escaped, is converted as such."""
    draft = _Draft(base_url, wording)
    at, element = 0, ""
    for token in _TOKEN.finditer(document):
        _feed_text(draft, element, document[at : token.start()])
        at = token.end()
        element = "" if token["closing"] else token["name"] or ""
        if element and _is_noteworthy(token[0]):
            _rewrite(draft, element, token[0], _attributes(token[0]), untouched=False)
        else:
            draft.keep(token[0])
    draft.keep(document[at:])
    return draft.finished()


def _feed_text(draft: _Draft, element: str, text: str) -> None:
    if element == "link" or (element == "id" and "#" not in text):
        draft.link(text)
    elif element == "language":
        draft.keep(LANGUAGES.get(text.lower(), text))
    elif draft.wording and "&lt;" in text and _escaped(markup := _unescaped(text)) == text:
        draft.keep(_escaped(traditional_html(markup, draft.base_url, draft.wording)))
    else:
        draft.read(text)


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def traditional_json_feed(document: str, base_url: str, wording: TraditionalConverter) -> str:
    """A JSON Feed in traditional script."""
    words = partial(_json_words, wording=wording)
    ways: dict[str, Callable[[str], str]] = {
        **dict.fromkeys(("title", "description", "summary", "name", "tags", "source"), words),
        **dict.fromkeys(("url", "home_page_url", "feed_url"), lambda url: in_edition(url, base_url)),
        "content_html": lambda html: traditional_html(html, base_url, wording),
        "language": lambda language: LANGUAGES.get(language.lower(), language),
    }
    return json.dumps(_walked(json.loads(document), "", ways), ensure_ascii=False)


def _json_words(text: str, wording: TraditionalConverter) -> str:
    return text if text.isascii() else wording.convert(text)


def _walked(value, key: str, ways: dict[str, Callable[[str], str]]):
    """A JSON value with its strings as `ways` writes those of their key."""
    if isinstance(value, dict):
        return {k: _walked(v, k, ways) for k, v in value.items()}
    if isinstance(value, list):
        return [_walked(v, key, ways) for v in value]
    return ways[key](value) if isinstance(value, str) and key in ways else value
