"""What bodies of other systems hold beside HTML, made HTML: paragraphs between empty lines, short codes, marks of pages."""

import re
from collections.abc import Callable
from html import escape

# Elements that stand for themselves: text beside them is in paragraphs, they are not.
_BLOCKS = (
    "table|thead|tfoot|caption|col|colgroup|tbody|tr|td|th|div|dl|dd|dt|ul|ol|li|pre|form|blockquote|address|style|p|h[1-6]|hr|"
    "fieldset|legend|section|article|aside|header|footer|nav|figure|figcaption|details|summary|iframe|video|audio|script"
)
_OPENS_BLOCK = re.compile(rf"</?(?:{_BLOCKS})[\s/>]", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*+>")
_EMPTY_LINE = re.compile(r"\n[ \t\u3000]*\n\s*")
_SHORT_CODE = re.compile(r"\[(/?)([a-zA-Z][\w-]{0,40})((?:\s[^\[\]\n]{0,1000})?)(/?)\]")
_ATTRIBUTE = re.compile(r"""(?<!\w)(\w++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|(\S+))""")
_CAPTIONED = re.compile(r"\[(?:wp_)?caption([^\[\]]*+)\]([^\[]*+)\[/(?:wp_)?caption\]")
# The picture of a caption, and the link around it; the caption follows.
_CAPTIONED_PICTURE = re.compile(r"\s*+((?:<a\b[^<>]*+>)?\s*+<img\b[^<>]*+>\s*+(?:</a>)?)")
# Short codes that are shown as what they are about; whatever others enclose stays, they themselves go.
_PLAYERS = frozenset(["video", "audio", "embed", "playlist", "youtube", "vimeo", "flash", "media"])


def in_paragraphs(text: str) -> str:
    """HTML from text whose paragraphs stand between empty lines and whose lines end where it breaks them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    made = []
    for part in _EMPTY_LINE.split(without_comments(text)):
        part = part.strip()
        if not part:
            continue
        if _OPENS_BLOCK.search(part):
            made.append(part)
        else:
            made.append(f"<p>{part.replace(chr(10), '<br>')}</p>")
    return "\n".join(made)


def without_tags(html: str) -> str:
    """The text between tags, as it stands."""
    return _TAG.sub("", html)


def without_comments(html: str) -> str:
    """HTML without its comments. One that does not end stays, with what follows it."""
    kept, at = [], 0
    while (begin := html.find("<!--", at)) >= 0 and (end := html.find("-->", begin + 4)) >= 0:
        kept.append(html[at:begin])
        at = end + 3
    return "".join((*kept, html[at:]))


def without_short_codes(
    text: str, gallery: Callable[[dict[str, str]], str] = lambda attributes: ""
) -> tuple[str, list[str]]:
    """A body of WordPress without its short codes (https://codex.wordpress.org/Shortcode), and the names of those that went: captions
    become figures, galleries what `gallery` makes of their attributes."""
    gone: dict[str, None] = {}

    def replaced(found: re.Match) -> str:
        name, attributes = found[2].lower(), attributes_of(found[3])
        if name == "gallery" and not found[1]:
            return gallery(attributes)
        if name in _PLAYERS and not found[1]:
            address = next((v for k, v in attributes.items() if v.startswith(("http://", "https://"))), "")
            gone[name] = None
            return f'<p><a href="{escape(address)}">{escape(address)}</a></p>' if address else ""
        # A word in brackets that no short code is called, as (sic) or [图]: it is text.
        if not found[1] and not found[3] and f"[/{found[2]}]" not in text and name not in _KNOWN:
            return found[0]
        gone[name] = None
        return ""

    text = _CAPTIONED.sub(_figure, text)
    return _SHORT_CODE.sub(replaced, text), list(gone)


_KNOWN = _PLAYERS | {"gallery", "more", "nextpage", "contact-form-7", "toc", "ad", "ads"}


def _figure(found: re.Match) -> str:
    picture = _CAPTIONED_PICTURE.match(found[2])
    if picture is None:
        return found[2]
    caption = attributes_of(found[1]).get("caption") or found[2][picture.end() :].strip()
    return f"<figure>{picture[1]}<figcaption>{caption}</figcaption></figure>"


def attributes_of(text: str) -> dict[str, str]:
    """The attributes of a tag or a short code."""
    return {
        found[1].lower(): next((v for v in found.groups()[1:] if v is not None), "")
        for found in _ATTRIBUTE.finditer(text)
    }


def without_template_tags(text: str) -> tuple[str, list[str]]:
    """A text of a site generator without the tags of its templates, and the names of those that went: pictures become figures, what
    others enclose stays. Hexo and Jekyll write `{% name … %}`, Hugo `{{< name … >}}` and `{{% name … %}}`."""
    gone: dict[str, None] = {}

    def replaced(found: re.Match) -> str:
        closing, name, rest = (found[1], found[2], found[3]) if found[2] else (found[4], found[5], found[6])
        if not closing and name in _PICTURE_TAGS and (picture := _picture_of_tag(rest)):
            return f"\n\n{picture}\n\n"
        if not closing and not name.startswith("end") and name not in _ENCLOSING_TAGS:
            gone[name] = None
        return ""

    return _TEMPLATE_TAG.sub(replaced, text), list(gone)


def _picture_of_tag(rest: str) -> str:
    """A figure from the arguments of a tag: named ones, or the address, sizes and words in their order. "" where no address is there."""
    named = attributes_of(rest)
    if named.get("src"):
        return figure_of(named["src"], named.get("caption") or named.get("title") or named.get("alt") or "")
    words = [quoted or bare for quoted, bare in _ARGUMENT.findall(rest)]
    place = next((n for n, word in enumerate(words) if _PICTURE_FILE.search(word)), None)
    if place is None:
        return ""
    after = [word for word in words[place + 1 :] if not word.isdigit()]
    return figure_of(words[place], " ".join(after))


_TEMPLATE_TAG = re.compile(
    r"\{%-?[ \t]*+(/?)([a-zA-Z_][\w-]{0,40})([^{}%]{0,1000})%\}|\{\{[<%][ \t]*+(/?)([a-zA-Z_][\w/.-]{0,40})([^{}]{0,1000})[>%]\}\}"
)
_PICTURE_TAGS = frozenset(["asset_img", "img", "image", "figure", "picture", "featuredimage"])
_ENCLOSING_TAGS = frozenset(
    ["raw", "highlight", "codeblock", "blockquote", "quote", "pullquote", "notice", "note", "tip", "warning"]
)
_ARGUMENT = re.compile(r"\"([^\"]*+)\"|(\S++)")
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|heic)(?:[?#]\S*)?\Z", re.IGNORECASE)


def figure_of(url: str, caption: str = "") -> str:
    words = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img src="{escape(url)}" alt="{escape(caption)}">{words}</figure>'


def joined_pages(body: str, mark: re.Pattern) -> str:
    """A body whose pages stand between marks as one; the title of a page, the group `title` of its mark, is a heading."""
    made, at = [], 0
    for found in mark.finditer(body):
        made.append(body[at : found.start()])
        title = (found.groupdict().get("title") or "").strip()
        if title:
            made.append(f"<h2>{escape(title)}</h2>")
        at = found.end()
    made.append(body[at:])
    return "\n".join(made)
