"""An article from lines alone: text copied from a browser, a word processor's file. No page stands around it."""

import re
from html import escape
from itertools import groupby

from lxml import html

from meiri.ingest.blocks import EDGES, Block, render
from meiri.ingest.body import name_captions
from meiri.ingest.breadcrumb import find_breadcrumb
from meiri.ingest.credit_names import IDEOGRAPHS, source_name
from meiri.ingest.credits import signed_in_text
from meiri.ingest.ending import find_end
from meiri.ingest.headline import letters, squeeze
from meiri.ingest.junk import is_control, is_notice
from meiri.ingest.language import language_of
from meiri.ingest.leaving_out import left_out_of, warning_of
from meiri.ingest.metaline import LIKE_A_SOURCE, MetaLine, is_meta_line, leftover, read_line
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import clean

# Verse: a few short lines that stand together.
VERSE_WIDTH = 24
FEWEST_VERSES = 4
LONGEST_TITLE = 80
# Lines of source and time that may stand above the headline of a document.
LINES_ABOVE = 5
_SENTENCE_END = re.compile(r"[。！？!?；;…]”?$")
_NAVIGATION = re.compile(r"首页|登录|注册|设为首页|加入收藏|手机版|客户端|English|无障碍|长辈版")


def line_block(text: str, stanza: html.HtmlElement | None = None) -> Block:
    """A paragraph that is only text; `stanza` is the same for lines that stand together between empty lines."""
    return Block("p", html.Element("p"), escape(text, quote=False), text, text, group=stanza)


def arrange(blocks: list[Block]) -> ParsedArticle:
    """The article in `blocks`. Raises `Unreadable` where they hold no text."""
    blocks = _with_something(blocks)
    meta_at = next((n for n, b in enumerate(blocks) if _tells_meta(b)), None)
    return _arranged(blocks, meta_at, _title_at(blocks, meta_at))


def arrange_document(blocks: list[Block]) -> ParsedArticle:
    """As `arrange`, of a document that somebody wrote as an article: all of it is the article's, what stands above its
    headline too."""
    blocks = _with_something(blocks)
    title_at = title_of_document(blocks)
    above = blocks[: title_at or 0]
    told = [b for b in above if _tells_meta(b)]
    kept = [b for b in above if not _tells_meta(b)]
    kicker = ""
    if len(kept) == 1 and kept[0].kind == "p" and _reads_as_title(kept[0]):
        kicker = squeeze(kept.pop().text)
    if title_at is None:
        return _arranged(blocks, None, None)
    below = blocks[title_at + 1 :]
    # What tells the source and the time stands at once below the headline or above it; what else stands above leads the text.
    head = 0
    while head < len(below) and (_tells_meta(below[head]) or _is_subtitle(below[head])):
        head += 1
    ordered = [blocks[title_at], *told, *below[:head], *kept, *below[head:]]
    meta_at = next((n for n, b in enumerate(ordered) if _tells_meta(b)), None)
    article = _arranged(ordered, meta_at, 0)
    article.kicker = article.kicker or kicker[:80]
    return article


def _with_something(blocks: list[Block]) -> list[Block]:
    """`blocks` without empty ones. Raises `Unreadable` where there is no text."""
    blocks = [b for b in blocks if b.text.strip(EDGES) or b.picture]
    if not any(b.text for b in blocks):
        raise Unreadable("没有可以读取的文字。")
    return blocks


def title_of_document(blocks: list[Block]) -> int | None:
    """The index of a document's headline: what is marked as its title, else the first line of it that reads like one."""
    marked = next((n for n, b in enumerate(blocks) if b.element.tag == "h1" and b.text), None)
    if marked is not None:
        return marked
    for n, block in enumerate(blocks[:LINES_ABOVE]):
        if _tells_meta(block) or is_meta_line(block.line):
            continue
        # A picture or a paragraph comes first: there is no headline.
        if len(blocks) < 2 or not _reads_as_title(block):
            return None
        # A plain line above one that stands out is its kicker.
        below = blocks[n + 1]
        return n + 1 if not _stands_out(block) and _stands_out(below) and _reads_as_title(below) else n
    return None


def _stands_out(block: Block) -> bool:
    """Whether a line is a heading, or bold from one end to the other."""
    is_bold = block.markup.startswith("<strong>") and block.markup.find("</strong>") == len(
        block.markup.rstrip()
    ) - len("</strong>")
    return block.kind in ("h2", "h3", "h4") or is_bold


def _reads_as_title(block: Block) -> bool:
    text = squeeze(block.text)
    if block.kind not in ("p", "h2", "h3", "h4"):
        return False
    return len(letters(text)) >= 2 and len(text) <= LONGEST_TITLE and not re.search(r"[。；;，,：:]$", text)


def _is_subtitle(block: Block) -> bool:
    return block.element.get("class") == "subtitle" or _is_dashed(block)


def _arranged(blocks: list[Block], meta_at: int | None, title_at: int | None) -> ParsedArticle:
    article = ParsedArticle(title=squeeze(blocks[title_at].text)[:200] if title_at is not None else "")
    start = 0 if title_at is None else title_at + 1
    head: list[Block] = blocks[max(0, start - 2) : start] if meta_at is not None and meta_at < start else []
    first = start
    while start < len(blocks) and (
        found := _heading_matter(
            blocks[start], article, start == first or meta_at is None or start <= meta_at
        )
    ):
        head += [blocks[start]] if found != "subtitle" else []
        start += 1
    end = find_end(blocks, start)
    body = [b for b in blocks[start:end] if not (b.text and is_control(b.text))]
    article.left_out = left_out_of(blocks[start:], body)
    _describe(article, head, blocks[end : end + 12], body)
    article.source = article.source or _site_above(blocks[: first - 1])
    body = with_verse(body)
    article.breadcrumb = find_breadcrumb(blocks[:start], article.title)
    article.channel_name = article.breadcrumb[-1] if article.breadcrumb else ""
    name_captions(body)
    article.body = clean(render(body))
    article.pictures = list({b.picture.url: b.picture for b in body if b.picture}.values())
    article.language = language_of(article.title + "".join(b.text for b in body))
    if not article.title:
        article.warnings.append("没有找到标题，请补上。")
    if not body:
        article.warnings.append("没有找到正文，请补上。")
    article.warnings += warning_of(article.left_out)
    return article


def _tells_meta(block: Block) -> bool:
    if not block.text or not is_meta_line(block.line):
        return False
    found = read_line(block.line)
    return bool(found.published or found.source or found.authors or found.views is not None)


def _title_at(blocks: list[Block], meta_at: int | None) -> int | None:
    """The index of the headline: just above the meta line, else the first line that reads like one."""
    marked = next((n for n, b in enumerate(blocks) if b.kind == "h2" and not _is_no_title(b)), None)
    if marked is not None and (meta_at is None or marked < meta_at):
        return marked
    for n in range((meta_at or 0) - 1, -1, -1):
        if (
            (n > 0 and _is_dashed(blocks[n]))
            or _is_no_title(blocks[n], shortest=2)
            or is_meta_line(blocks[n].line)
        ):
            continue
        text = squeeze(blocks[n].text)
        # A long line above the meta line is text: the meta line stands at its end.
        if len(text) <= LONGEST_TITLE and not _SENTENCE_END.search(text.rstrip("？！?!")):
            return n
        break
    return _first_title(blocks)


def _first_title(blocks: list[Block]) -> int | None:
    for n, block in enumerate(blocks[:8]):
        if _is_no_title(block, shortest=2 if n == 0 else 4) or is_meta_line(block.line) or _is_dashed(block):
            continue
        text = squeeze(block.text)
        fits = len(text) <= LONGEST_TITLE and not re.search(r"[。；;，,：:]$", text)
        return n if fits and len(blocks) > 1 else None
    return None


def _is_dashed(block: Block) -> bool:
    return bool(re.match(r"\s*(?:—|--)", block.text))


def _is_no_title(block: Block, shortest: int = 4) -> bool:
    text = squeeze(block.text)
    return (
        len(letters(text)) < shortest
        or is_control(text)
        or bool(find_breadcrumb([block], ""))
        or (len(text) < 60 and bool(_NAVIGATION.search(text)))
        or len(re.findall(r"[\s|｜·]+" if IDEOGRAPHS.search(text) else r"[|｜]", text)) >= 5
    )


def _heading_matter(block: Block, article: ParsedArticle, before_meta: bool) -> str:
    """What a line under the headline is, before the text begins; nothing where it is text."""
    text = squeeze(block.text)
    if not text:
        return ""
    is_marked = block.element.get("class") == "subtitle"
    if (
        before_meta
        and not article.subtitle
        and (is_marked or re.match(r"——|--|—", text))
        and len(text) <= 100
    ):
        article.subtitle = text.lstrip("—- ")[:120]
        return "subtitle"
    if is_meta_line(block.line):
        return "meta"
    if (
        is_control(text)
        or is_notice(text)
        or letters(text) == letters(article.title)
        or find_breadcrumb([block], article.title)
    ):
        return "control"
    return ""


def _site_above(blocks: list[Block]) -> str:
    """The site's name that begins what was copied, before its navigation."""
    first = blocks[0].text.split() if blocks else []
    return first[0] if len(first) > 2 and LIKE_A_SOURCE.fullmatch(first[0]) and source_name(first[0]) else ""


def with_verse(blocks: list[Block]) -> list[Block]:
    """`blocks` with the short lines that stand together as one paragraph each."""
    out: list[Block] = []
    for stanza, run in groupby(blocks, key=lambda b: b.group if b.kind == "p" else None):
        lines = list(run)
        if stanza is None or not _are_verse(lines):
            out += lines
            continue
        whole = line_block("\n".join(b.text for b in lines), stanza)
        whole.markup = "<br>".join(b.markup for b in lines)
        out.append(whole)
    return out


def _are_verse(lines: list[Block]) -> bool:
    return len(lines) >= FEWEST_VERSES and all(
        len(b.text) <= VERSE_WIDTH and not re.search("[:：]", b.text) for b in lines
    )


def _describe(article: ParsedArticle, head: list[Block], tail: list[Block], body: list[Block]) -> None:
    line = read_line("\n".join(b.line for b in head if len(b.text) <= 200))
    after = MetaLine()
    for block in tail:
        if len(block.text) <= 160 and is_meta_line(block.line):
            after.merge(read_line(block.line))
    beside = next((leftover(b.line) for b in head if read_line(b.line).published and leftover(b.line)), "")
    article.source = line.source or after.source or ("" if beside in line.authors else beside)
    article.published_at = line.published or after.published
    inside = signed_in_text([b.text for b in body])
    article.authors = line.authors or after.authors or inside
    article.editor = line.editor or after.editor
    article.views = line.views if line.views is not None else after.views
