"""What a page says about itself to machines: meta tags, JSON-LD, and the marks of the browser that saved it."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime

from lxml import html

from meiri.ingest.credit_names import IDEOGRAPHS, alphabetic_names, names, source_name
from meiri.ingest.labels import is_no_name
from meiri.ingest.metaline import MetaLine, read_line
from meiri.ingest.times import BEIJING, read_iso

_ARTICLE = re.compile(
    r"(?:News|Report|Blog|Tech|Scholarly|Analysis|Opinion|Review|Live|Background|Discussion)?\w*(?:Article|Posting)$"
)
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "publishdate", "pubdate", "publish_date",
    "publish-date", "publication_date", "og:release_date", "weibo:article:create_at", "bytedance:published_time", "dc.date.issued",
    "dc.date", "dcterms.created", "cxenseparse:recs:publishtime", "parsely-pub-date", "sailthru.date", "date", "apub:time", "publishedtime", "firstcreatetime",
    "dateupdate", "contentdate", "firstpublishedtime", "article_date_original", "article.published",
)  # fmt: skip
_SAVED_FROM = re.compile(
    r"saved from url=\(\d+\)(https?://[^\s>]+)|saved from url:\s*(https?://\S+)|url:\s*(https?://\S+)"
)


@dataclass
class Metadata:
    """`source` is what the page names as the article's source, `publisher` who publishes the page; `people` are the authors of
    JSON-LD alone."""

    titles: list[str] = field(default_factory=list)
    published: list[datetime] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    source: str = ""
    publisher: str = ""
    editor: str = ""
    site: str = ""
    summary: str = ""
    url: str = ""
    language: str = ""
    breadcrumb: list[str] = field(default_factory=list)
    line: MetaLine = field(default_factory=MetaLine)


def read_metadata(tree: html.HtmlElement, text: str) -> Metadata:
    """`text` is the page as it came: a browser's “saved from” comment stands before the tree begins."""
    tags: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()
        content = " ".join((meta.get("content") or "").split())
        if name and content:
            tags.setdefault(name, content)
    found = Metadata(
        titles=[
            tags[n]
            for n in ("og:title", "articletitle", "twitter:title", "dc.title", "headline", "title")
            if n in tags
        ],
        site=tags.get("og:site_name") or tags.get("sitename") or tags.get("application-name") or "",
        summary=tags.get("og:description") or tags.get("description") or "",
        source=source_name(
            tags.get("contentsource")
            or tags.get("source")
            or tags.get("article:source")
            or tags.get("mediaid")
            or ""
        ),
        language=(tree.get("lang") or tree.get("xml:lang") or tags.get("og:locale") or "").replace("_", "-"),
    )
    for name in _PUBLISHED:
        if name in tags and (moment := read_iso(tags[name])):
            found.published.append(moment[0])
    for name in (
        "author",
        "article:author",
        "og:article:author",
        "byl",
        "dc.creator",
        "parsely-author",
        "sailthru.author",
        "contentauthor",
    ):
        if name in tags and not tags[name].startswith("http"):
            found.authors = names(tags[name])
            if found.authors:
                break
    if "editor" in tags or "责编" in tags:
        found.editor = next(iter(names(tags.get("editor") or tags["责编"])), "")
    found.url = _address(tree, tags, text)
    _read_json_ld(tree, found)
    found.publisher = found.publisher or source_name(found.site)
    _read_marked(tree, found)
    _read_wechat(tree, text, found)
    _read_semantic(tree, found)
    return found


def _address(tree: html.HtmlElement, tags: dict[str, str], text: str) -> str:
    candidates = [
        link.get("href") or "" for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"
    ]
    saved = _SAVED_FROM.search(text[:3000])
    candidates = [*([saved[1] or saved[2] or saved[3]] if saved else []), *candidates, tags.get("og:url", "")]
    for url in candidates:
        if re.match(r"https?://[^\s/]+/\S", url) and len(url) <= 500:
            return url
    return ""


def _read_json_ld(tree: html.HtmlElement, found: Metadata) -> None:
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            data = json.loads(re.sub(r"[\x00-\x1f]", " ", script.text or ""), strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _items(data):
            _read_item(item, found)


def _items(data, depth: int = 0):
    if depth > 4:
        return
    if isinstance(data, list):
        for one in data[:100]:
            yield from _items(one, depth + 1)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _items(data.get(key), depth + 1)


def _read_item(item: dict, found: Metadata) -> None:
    kinds = item.get("@type")
    kinds = [k for k in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(k, str)]
    if "BreadcrumbList" in kinds:
        for step in item.get("itemListElement") or []:
            inner = step.get("item") if isinstance(step, dict) else None
            name = step.get("name") if isinstance(step, dict) else None
            name = name or (inner.get("name") if isinstance(inner, dict) else None)
            if isinstance(name, str) and name.strip():
                found.breadcrumb.append(name.strip())
    # Baidu's own kind of JSON-LD has no @type.
    baidu = "cambrian" in str(item.get("@context", ""))
    if not baidu and not any(_ARTICLE.match(k) for k in kinds):
        return
    title = item.get("headline") or (item.get("title") if baidu else None) or item.get("name")
    if isinstance(title, str):
        found.titles.insert(0, title)
    for key in ("datePublished", "pubDate", "dateCreated"):
        if isinstance(item.get(key), str) and (moment := read_iso(item[key])):
            found.published.append(moment[0])
            break
    people = item.get("author")
    for person in people if isinstance(people, list) else [people]:
        name = person.get("name") if isinstance(person, dict) else person
        name = name.strip() if isinstance(name, str) else ""
        if 1 < len(name) <= 40 and not is_no_name(name) and name not in found.authors:
            found.authors = [*found.authors, name][:8]
        named = [name] if IDEOGRAPHS.search(name) and not is_no_name(name) else alphabetic_names(name[:300])
        found.people = [*found.people, *(n for n in named if n not in found.people)][:8]
    publisher = item.get("publisher")
    name = publisher.get("name") if isinstance(publisher, dict) else publisher
    if isinstance(name, str) and not found.publisher:
        found.publisher = source_name(name)
    if isinstance(item.get("description"), str):
        found.summary = found.summary or " ".join(item["description"].split())


def _read_marked(tree: html.HtmlElement, found: Metadata) -> None:
    """Chinese sites give search engines hidden elements: pubtime_baidu, source_baidu, author_baidu, editor_baidu."""
    for element in tree.xpath("//*[contains(@id,'_baidu') or contains(@class,'_baidu')]"):
        found.line.merge(read_line("".join(element.itertext()).strip()))


def _read_semantic(tree: html.HtmlElement, found: Metadata) -> None:
    """What HTML itself can say: the first <time>, and the links and lines marked as the author's."""
    written = next((t.get("datetime") for t in tree.iter("time") if t.get("datetime")), "")
    if written and (moment := read_iso(written)):
        found.published.append(moment[0])
    marked = "//a[@rel='author'] | //*[@itemprop='author'] | //p[@class='author'] | //span[@class='author']"
    for element in tree.xpath(marked):
        text = " ".join("".join(element.itertext()).split())
        if not found.authors and 2 <= len(text) <= 20:
            found.authors = names(re.sub(r"^(?:作者|文|记者)\s*[:：|｜/]?\s*", "", text))


def _read_wechat(tree: html.HtmlElement, text: str, found: Metadata) -> None:
    """An article of a WeChat account names the account beside the headline, and the time in a script alone."""
    account = tree.xpath("//*[@id='js_name' or @id='profileBt']")
    if not account:
        return
    found.source = source_name("".join(account[0].itertext()).strip()) or found.source
    if moment := re.search(r"""\b(?:ct|create_time|oriCreateTime)\s*=\s*["'](1\d{9})["']""", text):
        found.published.append(datetime.fromtimestamp(int(moment[1]), tz=BEIJING))
