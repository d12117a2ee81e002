"""An article on its way to other systems: what their formats say of it, with its pictures in files beside it."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from html import escape, unescape
from pathlib import Path, PurePosixPath
from typing import cast
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings
from django.db.models import Q

from meiri.aigc import AigcLabel
from meiri.delivery.kinds import media_key
from meiri.identity import site_name
from meiri.ingest.sanitise import UNPRINTABLE
from meiri.ingest.stream import as_html
from meiri.journal.content_keys import PICTURE
from meiri.kept_once import copy_whole
from meiri.media.manifest_signing import SUFFIX
from meiri.media.models import Picture
from meiri.media.stored_media import stored_media
from meiri.newsroom.ai_metadata import aigc_of
from meiri.newsroom.ai_record import ai_words
from meiri.newsroom.clock import zoned
from meiri.newsroom.models import Article

LANGUAGE = "zh-Hans-CN"
_PICTURE = re.compile(r'<img src="([^"]*)"[^<>]*>')
_TAKEN_DOWN = "<p>图片已撤下。</p>"
# A figure with its pictures, and the words below them.
_FIGURE = re.compile(r'<figure>((?:<img src="[^"]*"[^<>]*>)+)(?:<figcaption>([^<]*)</figcaption>)?</figure>')
_SOURCE = re.compile(r'(<img src=")([^"]*)(")')


@dataclass
class OutgoingArticle:
    """A published article. `address` is the one that readers have; moments are aware. `body` is clean HTML, `picture` the address of
    the picture that stands for it, "" for none, with its credit, its rights and its label of artificial intelligence in words; addresses
    of the site's own pictures begin with /media/."""

    key: int
    address: str
    title: str
    published_at: datetime
    site: str
    kicker: str = ""
    subtitle: str = ""
    summary: str = ""
    channel: str = ""
    channel_name: str = ""
    source: str = ""
    dateline: str = ""
    editor: str = ""
    authors: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    body: str = ""
    picture: str = ""
    picture_credit: str = ""
    picture_rights: str = ""
    picture_label: str = ""
    # What readers are told of AI, the IPTC's name of such a digital source type, and the AIGC block of GB 45438-2025 as JSON.
    ai_label: str = ""
    ai_source_type: str = ""
    aigc: str = ""
    is_made_by_ai: bool = False

    def pictures(self) -> list[str]:
        """The addresses of its pictures, each once, in their order."""
        found = [unescape(source) for _, source, _ in _SOURCE.findall(self.body)]
        return list(dict.fromkeys(filter(None, [self.picture, *found])))

    def body_with(self, address_of: Callable[[str], str]) -> str:
        """The body with other addresses for its pictures."""
        return _SOURCE.sub(
            lambda found: found[1] + escape(address_of(unescape(found[2]))) + found[3], self.body
        )


def outgoing(articles: Sequence[Article]) -> list[OutgoingArticle]:
    """What leaves of stored articles that are live: what readers see, so without pictures that were taken down, and with the labels of
    the others in words."""
    found = [_outgoing(article) for article in articles]
    hidden, labels = _told_of({address for one in found for address in one.pictures()})
    for one in found:
        one.body = _FIGURE.sub(lambda figure: _labelled(figure, labels), one.body)
        one.body = _PICTURE.sub(
            lambda picture: _TAKEN_DOWN if unescape(picture[1]) in hidden else picture[0], one.body
        )
        one.picture = "" if one.picture in hidden else one.picture
    return found


def _labelled(figure: re.Match[str], labels: dict[str, str]) -> str:
    """A figure with the labels of its pictures below it."""
    said = [labels.get(unescape(source), "") for _, source, _ in _SOURCE.findall(figure[1])]
    words = "".join(f"（{label}）" for label in dict.fromkeys(filter(None, said)))
    return (
        f"<figure>{figure[1]}<figcaption>{figure[2] or ''}{words}</figcaption></figure>"
        if words
        else figure[0]
    )


def _told_of(addresses: set[str]) -> tuple[set[str], dict[str, str]]:
    """Of these addresses, those of this site's pictures that were taken down; and the labels of those that have one. One query."""
    numbers = {
        a: PICTURE.number(media_key(f"{settings.MEDIA_URL}{file_of(a)}")) for a in addresses if file_of(a)
    }
    of_ours = Picture.objects.filter(pk__in=[n for n in numbers.values() if n])
    told = of_ours.filter(Q(withdrawn_at__isnull=False) | ~Q(ai_label=""))
    found = {key: (at, label) for key, at, label in told.values_list("pk", "withdrawn_at", "ai_label")}
    known = {address: found[number] for address, number in numbers.items() if number in found}
    labels = {address: AigcLabel(label).words for address, (_, label) in known.items() if label}
    return {address for address, (at, _) in known.items() if at}, labels


def _outgoing(article: Article) -> OutgoingArticle:
    channel, picture = article.channel, article.picture
    known = picture.known if picture else None
    return OutgoingArticle(
        key=article.pk,
        address=article.full_url,
        title=article.title,
        published_at=zoned(cast(datetime, article.published_at)),
        site=site_name(),
        kicker=article.kicker,
        subtitle=article.subtitle,
        summary=article.summary,
        channel=channel.slug if channel else "",
        channel_name=channel.name if channel else "",
        source=article.source.name if article.source else "",
        dateline=article.dateline,
        ai_label=article.ai_label,
        ai_source_type=article.ai_source_type,
        aigc=aigc_of(article),
        is_made_by_ai=article.is_made_by_ai,
        editor=article.editor.name if article.editor else "",
        authors=[byline.author.name for byline in article.bylines.all()],
        tags=[item.tag.name for item in article.tagged_items.all()],
        body=_labelled_body(article),
        picture=_address_of(picture),
        picture_credit=picture.credit if picture else "",
        picture_rights=known.rights if known else "",
        picture_label=picture.label.words if picture and picture.label else "",
    )


def _labelled_body(article: Article) -> str:
    """The body with what readers are told of AI, at its beginning and at the blocks."""
    parts = [f"<p>{escape(article.ai_label, quote=False)}</p>"] if article.ai_label else []
    marks = article.ai_marks
    if not marks:
        return "\n".join([*parts, as_html(article.body)])
    for block in article.body:
        if block.id in marks:
            parts.append(f"<p>（{ai_words(block, marks[block.id])}）</p>")
        parts.append(as_html([block]))
    return "\n".join(parts)


def _address_of(picture: Picture | None) -> str:
    return picture.stored_sizes().best if picture else ""


def file_of(address: str) -> PurePosixPath | None:
    """The path below the media folder that an address of this site leads to; None for one of another site."""
    own = address.removeprefix(settings.BASE_URL)
    path = unquote(urlsplit(own).path) if own.startswith(settings.MEDIA_URL) else ""
    found = PurePosixPath(path.removeprefix(settings.MEDIA_URL))
    if not path or ".." in found.parts or found.is_absolute():
        return None
    return found


def copy_pictures(article: OutgoingArticle, folder: Path) -> None:
    """Put the site's own pictures of an article into `folder`/media; one that is missing is left out."""
    for address in article.pictures():
        if (path := file_of(address)) is not None:
            with suppress(FileNotFoundError):
                _copy(path, folder)
                _copy(path.with_name(path.name + SUFFIX), folder)


def _copy(path: PurePosixPath, folder: Path) -> None:
    """Raises `FileNotFoundError`."""
    target = folder / "media" / path
    with stored_media().opened(str(path)) as found:
        if not target.exists() or target.stat().st_size != found.size:
            target.parent.mkdir(parents=True, exist_ok=True)
            copy_whole(found.file, target)


def beside(address: str, up: str = "") -> str:
    """The address of a picture as seen from a file in an exported folder, from which `up` leads to the folder's top."""
    path = file_of(address)
    return address if path is None else f"{up}media/{quote(str(path))}"


def whole(address: str) -> str:
    """The address with the site's host."""
    return settings.BASE_URL + address if address.startswith("/") else address


def printable(text: str) -> str:
    """Text without what XML can't hold."""
    return UNPRINTABLE.sub("", text)
