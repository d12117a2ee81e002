"""Bodies of old posts read in a guarded process, many in one call: what is in them ends that process alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from meiri.guarded import Failed, Guard, Limits, Overrun, Process
from meiri.ingest.blocks import read_blocks, render
from meiri.ingest.guarded_reading import TOO_MUCH, bounded
from meiri.ingest.language import language_of
from meiri.ingest.markdown import MAX_CHARACTERS, html_of_markdown
from meiri.ingest.migration.old_archive import Markup, OldPost
from meiri.ingest.page import parse, without_machinery
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import clean

GUARD = Guard(
    Limits(seconds=120, processor_seconds=60, memory=1536 * 1024 * 1024),
    most=2,
    patience=600,
    answers=frozenset(["meiri.ingest.parsed.ParsedArticle", "meiri.ingest.parsed.FoundPicture"]),
    refusals=(Unreadable,),
)
# What links lead to that are addresses of the old site without its name.
_ELSEWHERE = ("#", "mailto:", "javascript:", "tel:")
_PROGRAMS = (".php", ".asp", ".aspx", ".ashx", ".jsp", ".do", ".cgi")
LONGEST_BODY = 8 * 1024 * 1024


@dataclass
class BodyReader:
    """Reads bodies of one site, whose address is `base`."""

    process: Process
    base: str

    def read(self, posts: Sequence[OldPost]) -> list[ParsedArticle | str]:
        """For each post the article that its body makes, or the reason why it is refused. Where all together are too much, each is
        read by itself."""
        bodies = [OldBody(post.body, str(post.markup), post.folder) for post in posts]
        try:
            return self.process.call(read_bodies, bodies, self.base)
        except (Overrun, Failed):
            return [self._one(body) for body in bodies]

    def _one(self, body: "OldBody") -> ParsedArticle | str:
        try:
            return self.process.call(read_bodies, [body], self.base)[0]
        except Overrun:
            return TOO_MUCH
        except Failed as error:
            return f"正文读取时出错（{error.kind}）。"


@contextmanager
def reading_bodies(base: str) -> Iterator[BodyReader]:
    with GUARD.process() as process:
        yield BodyReader(process, base)


# What follows is done in the process of the guard.


class OldBody(NamedTuple):
    """A body, its `Markup`, and the path from which relative addresses of its pictures are read; "": they stay."""

    text: str
    markup: str = Markup.HTML
    folder: str = ""


def read_bodies(bodies: list[OldBody], base: str) -> list[ParsedArticle | str]:
    found: list[ParsedArticle | str] = []
    for body in bodies:
        try:
            found.append(read_body(body, base))
        except Unreadable as refusal:
            found.append(refusal.reason)
    return found


def read_body(old: OldBody, base: str) -> ParsedArticle:
    """The body of a post as clean HTML with its pictures. Links of the old site lead to its address; its own pictures are called by
    their paths. Raises `Unreadable`."""
    body = old.text
    if len(body) > LONGEST_BODY:
        raise Unreadable("正文过长，没有迁入。")
    host = urlsplit(base).hostname or ""
    article = ParsedArticle()
    if not body.strip():
        return article
    if old.markup == Markup.MARKDOWN:
        if len(body) > MAX_CHARACTERS:
            raise Unreadable("正文过长，没有迁入。")
        body = html_of_markdown(body)
    elif "<" not in body and "&" not in body and "\n" in body.strip():
        body = "".join(f"<p>{escape(line)}</p>" for line in body.splitlines() if line.strip())
    tree = without_machinery(parse(f"<html><body>{body}</body></html>"))
    for picture in tree.iter("img"):
        if source := picture.get("src"):
            picture.set("src", own_path(source, host, old.folder))
    blocks = read_blocks(tree, lambda href: _link(href, base))
    article.body = clean(render(blocks))
    article.pictures = list({b.picture.url: b.picture for b in blocks if b.picture}.values())
    article.language = language_of(article.body)
    return bounded(article)


def own_path(source: str, host: str, folder: str = "") -> str:
    """The address of a picture; of the old site's own just the path, with its query where that tells which picture it is. One without a folder lies in `folder`."""
    try:
        parts = urlsplit(source.strip())
    except ValueError:
        return source
    if host and parts.hostname == host:
        return path_of_picture(parts)
    if folder and not parts.scheme and not parts.netloc:
        return urljoin(folder, source.strip())
    return f"https:{source.strip()}" if source.strip().startswith("//") else source.strip()


def path_of_picture(parts: SplitResult) -> str:
    """The path of a picture on its own site. The query of what a program sends belongs to it; that of a file says how old it is."""
    is_file = "." in parts.path.rpartition("/")[2] and not parts.path.lower().endswith(_PROGRAMS)
    return parts.path if is_file or not parts.query else f"{parts.path}?{parts.query}"


def _link(href: str, base: str) -> str | None:
    href = href.strip()
    if not href or href.lower().startswith(_ELSEWHERE):
        return None
    try:
        whole = urljoin(f"{base}/", href) if base else href
    except ValueError:
        return None
    return whole if whole.lower().startswith(("http://", "https://")) else None
