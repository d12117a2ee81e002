"""The headline of a page: what its <title>, its meta tags and its visible headings agree on."""

import re

from lxml import html

from meiri.ingest.blocks import Block
from meiri.ingest.page import words_of

_SITE = re.compile(r"(?:(?<!\s)\s+)?(?:[_|｜丨]|\s[-–—]+\s|-{1,2}|–|—+|\s»\s|\s/\s)\s*")
_GENERIC = re.compile(
    r"^(?:首页|正文|详情|新闻|新闻详情|新闻动态|新闻中心|内容|内容页|文章|无标题|untitled|index|home|.{0,12}(?:官网|网|频道|新闻网|栏目|中心))$",
    re.IGNORECASE,
)


def find_headline(tree: html.HtmlElement, blocks: list[Block], offered: list[str]) -> str:
    """The headline. `offered` are those of meta tags and JSON-LD, the most trusted first."""
    page_title = squeeze(tree.findtext(".//title") or "")
    offered = [o for o in (squeeze(o) for o in offered) if o]
    visible = [*_visible(blocks), *_in_parts(tree, offered)]
    # A visible line that the page's own title begins with, or holds, is the headline as readers see it.
    for whole in [page_title, *offered]:
        matching = [v for v in visible if agrees(v, whole)]
        if matching:
            return max(matching, key=lambda v: len(letters(v)))
    stripped = without_site(page_title)
    for title in offered:
        if (
            letters(title)
            and letters(page_title).startswith(letters(title))
            and len(letters(title)) >= 0.6 * len(letters(stripped))
        ):
            return title if not without_site(title) else without_site(title)
    heading = next(
        (squeeze(b.text) for b in blocks if b.element.tag == "h1" and 4 <= len(letters(b.text)) <= 120), ""
    )
    if heading and (
        not stripped or _GENERIC.match(stripped) or not offered or _overlap(heading, stripped) > 0.5
    ):
        return heading
    if offered:
        return without_site(offered[0])
    if stripped and not _GENERIC.match(stripped):
        return stripped
    named = next((squeeze(b.text) for b in blocks if _named_title(b) and len(letters(b.text)) >= 4), "")
    return heading or named or stripped


def _visible(blocks: list[Block]) -> list[str]:
    """Lines that may be a headline: short, and not one in a row of links."""
    lines = []
    for block in blocks:
        text = squeeze(block.text)
        if (4 <= len(letters(text)) <= 120 and "\n" not in block.text.strip()) or block.element.tag in (
            "h1",
            "h2",
        ):
            if block.linked > 0.5 * len(text) and block.kind not in ("h2", "h3"):
                continue
            lines.append(text)
    return lines


def _in_parts(tree: html.HtmlElement, offered: list[str]) -> list[str]:
    """Headlines that are set in several lines of one h1, as what the page offers machines says."""
    wanted = {letters(title) for title in offered}
    whole = (squeeze("".join(h.itertext())) for h in tree.iter("h1"))
    return [text for text in whole if letters(text) in wanted]


def agrees(line: str, whole: str) -> bool:
    """Whether `line` is the headline part of `whole`, a page's title with the site's name and the like after it."""
    short, long = letters(line), letters(whole)
    if not short or len(short) < 4 or _GENERIC.match(line):
        return False
    if short == long:
        return True
    if long.startswith(short):
        # What follows must be set apart: “…_网易新闻”, not the rest of a word.
        rest = re.sub(r"^[？！。”’…?!.\"')）】』」》]+", "", _rest(line, whole))
        return not rest or (
            bool(re.match(r"[\s_|｜丨\-–—·:：,，(（\[【«»/\\]", rest))
            and len(short) >= min(10, 0.3 * len(long))
        )
    return len(short) >= 10 and short in long and len(short) > 0.5 * len(long)


def _rest(line: str, whole: str) -> str:
    wanted = len(letters(line))
    seen = 0
    for position, character in enumerate(whole):
        if seen == wanted:
            return whole[position:]
        seen += bool(letters(character))
    return ""


def without_site(title: str) -> str:
    """A page's title without the names of its channel and site."""
    parts = _SITE.split(title)
    if len(parts) < 2:
        return title
    # The longest part is the headline; parts before it belong to it, those after are names.
    longest = max(range(len(parts)), key=lambda n: (len(parts[n]), -n))
    if longest == 0:
        cut = title[: len(parts[0])]
        rest = parts[1:]
        # “A-B”: a hyphen inside a headline is kept where what follows is not a name.
        separator = title[len(cut) :]
        if re.match(r"-[^-\s]", separator) and len(rest) == 1 and len(rest[0]) > 12:
            return title
        return cut.strip()
    if len(parts[longest]) >= 0.5 * len(title) and all(len(p) <= 12 for p in parts[:longest]):
        start = title.find(parts[longest])
        return title[start : start + len(parts[longest])].strip()
    return parts[0].strip() if len(parts[0]) >= 8 else title


def _named_title(block: Block) -> bool:
    element = block.element
    return bool(words_of(element) & {"title", "headline", "bt", "biaoti", "tit"}) or element.tag in (
        "h1",
        "h2",
        "h3",
    )


def _overlap(one: str, other: str) -> float:
    a, b = set(letters(one)), set(letters(other))
    return len(a & b) / max(1, min(len(a), len(b)))


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def squeeze(text: str) -> str:
    return " ".join(text.split())


def find_kicker_and_subtitle(blocks: list[Block], title: str) -> tuple[str, str]:
    """The lines above and below the headline that are named, or dashed, as 引题 and 副题."""
    position = next((n for n, b in enumerate(blocks) if letters(b.text) == letters(title)), None)
    if position is None or not letters(title):
        return "", ""
    kicker = subtitle = ""
    for block in blocks[max(0, position - 2) : position]:
        if words_of(block.element) & {
            "kicker",
            "pre",
            "pretitle",
            "yinti",
            "shoulder",
            "jianti",
            "eyebrow",
            "overline",
        }:
            kicker = squeeze(block.text)
    for block in blocks[position + 1 : position + 4]:
        text = squeeze(block.text)
        named = words_of(block.element) & {"subtitle", "futi", "subhead", "subheadline", "fubiaoti"}
        if len(text) <= 100 and (named or re.match(r"——|--|——", text)):
            subtitle = text.lstrip("—-– ")
            break
    return kicker[:80], subtitle[:120]
