"""An HTML page to an article. Meiri's rules for Chinese pages come first; trafilatura votes where they are unsure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from meiri.ingest import headline
from meiri.ingest.blocks import Block, read_blocks, render
from meiri.ingest.body import FoundBody, find_body
from meiri.ingest.breadcrumb import find_breadcrumb
from meiri.ingest.credits import signed_in_text, unlabelled_credits
from meiri.ingest.foreign_pages import moment_of, people_of
from meiri.ingest.furniture import furniture_between, without_furniture
from meiri.ingest.language import language_of
from meiri.ingest.leaving_out import left_out_of, warning_of
from meiri.ingest.metadata import Metadata, read_metadata
from meiri.ingest.metaline import MetaLine, is_meta_line, read_line
from meiri.ingest.page import host_of, joined_address, parse, without_machinery
from meiri.ingest.page_kinds import is_list, is_paged
from meiri.ingest.parsed import FoundPicture, ParsedArticle, Unreadable
from meiri.ingest.pictures import is_saved_beside
from meiri.ingest.sanitise import clean, plain
from meiri.ingest.script_state import is_rendered_by_script, page_of_state
from meiri.ingest.text_encoding import decode
from meiri.ingest.times import date_in_address
from meiri.ingest.voting import agreed_body

# A body of fewer characters than this is mentioned to the editor.
SHORT = 30
ONE_OF_SEVERAL = "原文分成几页，这里只有其中一页，请把其余各页也导入。"
# Where readers see fewer characters than this before a script has run, and this many times as many are hidden, those are the page.
LITTLE, MUCH_MORE = 200, 5


@dataclass(frozen=True)
class KnownOfPage:
    """What is known of a page beside its text. `address`: where it was fetched, by whoever fetches its pictures too; `furniture`: by the
    host of pages, "" for those that name none, digests of what stands in several of them."""

    address: str = ""
    furniture: Mapping[str, frozenset[int]] = field(default_factory=dict)


def read_html(data: bytes, declared: str | None = None, known: KnownOfPage = KnownOfPage()) -> ParsedArticle:
    """The article of a page. `declared` is the encoding that the page came with, where known. Raises `Unreadable`."""
    return read_page(decode(data, declared)[0], known)


def read_page(text: str, known: KnownOfPage = KnownOfPage()) -> ParsedArticle:
    """The article of a page as text. Raises `Unreadable` where there is neither headline nor text, and for lists."""
    article = _read(text, known)
    if len(plain(article.body)) < SHORT and (state := page_of_state(text)):
        article = _filled(article, _read(state, known))
    if not article.title and not article.body:
        raise Unreadable("网页里没有找到标题和正文。")
    if not article.body and not article.pictures and is_rendered_by_script(text):
        raise Unreadable("正文由脚本生成，网页文件里没有。请在浏览器里打开网页，复制文字后粘贴导入。")
    return article


def _filled(page: ParsedArticle, state: ParsedArticle) -> ParsedArticle:
    """The article of a page's scripts, with what only the page itself tells."""
    for name in (
        "title",
        "source",
        "published_at",
        "authors",
        "original_url",
        "summary",
        "breadcrumb",
        "channel_name",
    ):
        if not getattr(state, name):
            setattr(state, name, getattr(page, name))
    return state


def _read(text: str, known: KnownOfPage) -> ParsedArticle:
    """The article as it stands on the page; empty where there is none."""
    tree = parse(text)
    metadata = read_metadata(tree, text)
    base = next(
        (b.get("href") for b in tree.iter("base") if (b.get("href") or "").startswith("http")),
        known.address or metadata.url,
    )
    metadata.url = metadata.url or known.address

    def link(href: str) -> str | None:
        href = (
            joined_address(base, href.strip()) if base and not href.strip().startswith("#") else href.strip()
        )
        return href if re.match(r"https?://[^\s/]", href, re.IGNORECASE) else None

    def picture_url(source: str) -> str:
        if is_saved_beside(source) or not base:
            return ("https:" + source) if source.startswith("//") else source.removeprefix("./")
        return joined_address(base, source)

    paged = is_paged(tree)
    without_machinery(tree)
    blocks = read_blocks(tree, link, picture_url)
    if sum(len(b.text) for b in blocks) < LITTLE:
        # Some pages hide everything until a script has run.
        shown = without_machinery(parse(text), keep_hidden=True)
        hidden = read_blocks(shown, link, picture_url)
        if sum(len(b.text) for b in hidden) > MUCH_MORE * sum(len(b.text) for b in blocks):
            tree, blocks = shown, hidden
    title = headline.find_headline(tree, blocks, metadata.titles)
    own = without_furniture(blocks, known.furniture.get(host_of(known.address or metadata.url), frozenset()))
    body = find_body(own, title)
    if len(own) < len(blocks) and len(body.text) < SHORT:
        # Pages that share all of their text are the same article under several headlines.
        own, body = blocks, find_body(blocks, title)
    body = agreed_body(tree, own, body, title, metadata.summary) or body
    body.left_out += furniture_between(blocks, own, body.blocks)
    if is_list(blocks, body):
        raise Unreadable("这像是列表页，不是一篇稿件，没有导入。请打开其中的稿件，逐篇导入。")
    article = ParsedArticle(title=title[:200], original_url=metadata.url)
    article.kicker, article.subtitle = headline.find_kicker_and_subtitle(blocks, title)
    _describe(article, metadata, blocks, body, tree)
    _write_body(article, body, known)
    article.left_out = left_out_of(body.left_out, body.blocks)
    article.warnings += warning_of(article.left_out)
    if paged and article.body:
        article.warnings.append(ONE_OF_SEVERAL)
    return article


def _write_body(article: ParsedArticle, body: FoundBody, known: KnownOfPage) -> None:
    blocks = body.blocks
    if article.subtitle:
        blocks = [
            b
            for n, b in enumerate(blocks)
            if n > 2 or headline.squeeze(b.text).lstrip("—-– ") != article.subtitle
        ]
    article.body = clean(render(blocks))
    seen: dict[str, FoundPicture] = {}
    for block in blocks:
        if block.picture and block.picture.url not in seen:
            seen[block.picture.url] = block.picture
    article.pictures = list(seen.values())
    text = "".join(b.text for b in blocks)
    article.language = article.language or language_of(article.title + text)
    remote = [p for p in article.pictures if p.is_remote]
    if remote and not known.address:
        article.warnings.append(f"有 {len(remote)} 张图片在别的网站上，没有取回，请另行上传。")
    if not article.title:
        article.warnings.append("没有找到标题，请补上。")
    if len(text) < SHORT:
        article.warnings.append("正文很短，请核对是否完整。")


def _describe(
    article: ParsedArticle, metadata: Metadata, blocks: list[Block], body: FoundBody, tree: HtmlElement
) -> None:
    """Source, time, people, views, breadcrumb and summary: first what readers see beside the headline."""
    above = _near_headline(blocks, body, article.title)
    line = read_line("\n".join(b.line for b in above if len(b.text) <= 200))
    below = _below(body)
    after = MetaLine()
    for block in [*body.blocks[-3:], *below]:
        if len(block.text) <= 160:
            after.merge(read_line(block.line))
    inside = signed_in_text([b.text for b in body.blocks if b.text])
    marked = metadata.line
    if not line.source:
        beside, people = unlabelled_credits(above)
        line.source = beside if beside not in metadata.authors else ""
        line.authors = line.authors or people
    article.source = line.source or marked.source or metadata.source or after.source or metadata.publisher
    article.source_url = _link_of(above, article.source)
    seen = line.authors or marked.authors or after.authors or inside
    article.editor = line.editor or after.editor or marked.editor or metadata.editor
    article.views = line.views if line.views is not None else after.views
    if language_of(article.title + body.text).startswith("zh"):
        article.authors = seen or _people(metadata, article, tree.findtext(".//title") or "")
        published = _published(line, marked, metadata)
    else:
        article.authors = people_of(metadata, [seen], tree)
        published = moment_of(metadata, line.published or marked.published, tree)
    article.published_at = published or after.published or date_in_address(metadata.url)
    article.breadcrumb = find_breadcrumb(blocks, article.title) or _machine_breadcrumb(
        metadata, article.title
    )
    article.channel_name = article.breadcrumb[-1] if article.breadcrumb else ""
    article.summary = _summary(metadata.summary, article.title)
    article.language = _language(metadata.language, article.title + body.text)


def _near_headline(blocks: list[Block], body: FoundBody, title: str) -> list[Block]:
    """The blocks between the headline and the text, with a few lines from above the headline."""
    if not body.blocks:
        return blocks[:60]
    first = next((n for n, b in enumerate(blocks) if b is body.blocks[0]), 0)
    wanted = headline.letters(title)
    at = [n for n in range(first, -1, -1) if wanted and headline.letters(blocks[n].text) == wanted]
    start = at[-1] if at and first - at[-1] <= 40 else (at[0] if at else max(0, first - 12))
    near = [b for b in blocks[start:first] if headline.letters(b.text) != wanted]
    if not any(is_meta_line(b.line) for b in near):
        # Some pages set the time above the headline, or as the first line of the text.
        near = blocks[max(0, start - 6) : start] + near + [b for b in body.blocks[:2] if is_meta_line(b.line)]
    return near


def _below(body: FoundBody) -> list[Block]:
    return [b for b in body.below[:25] if b.linked < 0.8 * len(b.text)]


def _link_of(above: list[Block], source: str) -> str:
    if not source:
        return ""
    for block in above:
        match = re.search(r'<a href="([^"]+)">\s*' + re.escape(source) + r"\s*</a>", block.markup)
        if match:
            return match[1][:300]
    return ""


def _people(metadata: Metadata, article: ParsedArticle, page_title: str) -> list[str]:
    """The authors of meta tags, without the site's own name that many Chinese pages give there."""
    site = (
        page_title.replace(article.title, "", 1).lower()
        + metadata.site.lower()
        + metadata.url.split("?")[0].lower()
    )
    return [
        name
        for name in metadata.authors
        if name != article.source
        and name.lower() not in site
        and not re.search(r"(?:网|新闻|日报|晚报|客户端|频道|编辑部|在线)$|^[a-z]*news[a-z]*$", name)
    ]


def _published(line: MetaLine, marked: MetaLine, metadata: Metadata):
    """The most exact of the times that agree; what readers see beats what machines are told, of which some give local time as UTC."""
    seen = line.published
    machine = [*([marked.published] if marked.published else []), *metadata.published]
    if seen is None:
        timed = [m for m in machine if (m.hour, m.minute, m.second) != (0, 0, 0)]
        return next(iter(timed), None) or next(iter(machine), None)
    for other in machine:
        if (
            line.to_the_minute
            and (other.hour, other.minute) == (seen.hour, seen.minute)
            and other.date() == seen.date()
        ):
            return seen if seen.second else seen.replace(second=other.second)
        if not line.to_the_minute and other.astimezone(seen.tzinfo).date() == seen.date():
            return other
        if (
            other.utcoffset() != seen.utcoffset()
            and abs((other.replace(tzinfo=None) - seen.replace(tzinfo=None)).total_seconds()) < 60
        ):
            return other
    return seen


def _machine_breadcrumb(metadata: Metadata, title: str) -> list[str]:
    return [
        n
        for n in metadata.breadcrumb
        if n not in ("首页", "正文", "Home")
        and headline.letters(n) != headline.letters(title)
        and len(n) <= 24
    ][:6]


def _summary(description: str, title: str) -> str:
    """A page's description, unless it merely repeats the headline or lists keywords."""
    description = description[:300]
    words = headline.letters(description)
    wanted = headline.letters(title)
    if not words or (
        wanted and ((words.startswith(wanted) and len(words) < 2 * len(wanted)) or wanted.startswith(words))
    ):
        return ""
    if not re.search(r"[。！？；，.!?]", description) or re.search(
        r"(?:[^,，。]{1,8}[,，]){5,}[^,，。]{1,8}$", description
    ):
        return ""
    return description


def _language(declared: str, text: str) -> str:
    guessed = language_of(text)
    # Many Chinese templates were copied with lang="en".
    return guessed if guessed.startswith("zh") or not declared else declared[:12]
