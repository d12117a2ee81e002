"""Old posts into the newsroom: read, given their channel and pictures, stored together with what became of them in one transaction."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.db import transaction

from meiri.comments.old_comments import Written, keep_old_comments
from meiri.identity import site_name
from meiri.ingest.batches import import_batch
from meiri.ingest.items import Item
from meiri.ingest.migration.old_addresses import canonical_address, digest_of, keep_addresses
from meiri.ingest.migration.old_archive import NotTaken, OldPost, PostState
from meiri.ingest.migration.reading_bodies import BodyReader, own_path
from meiri.ingest.models import MovedPost, MoveIn, OldAddress, PostFate
from meiri.ingest.parsed import FoundPicture, ParsedArticle
from meiri.ingest.record_line import Extras
from meiri.ingest.records import Record
from meiri.media.adding_pictures import MAX_BYTES, Unusable, store
from meiri.media.models import Picture
from meiri.newsroom.models import Article, Origin
from meiri.sections.models import Channel

logger = logging.getLogger(__name__)

MOST_PICTURES = 60
MOST_TAGS = 30


@dataclass
class ReadPost:
    """A post whose body was read; `reason` says why it can't be taken. `files`: the pictures that lie beside the archive, by their
    addresses in the body."""

    post: OldPost
    parsed: ParsedArticle | None = None
    reason: str = ""
    channel: Channel | None = None
    files: dict[str, Path] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)
    new_pictures: list[int] = field(default_factory=list)


@dataclass
class PostReader:
    """Reads posts for the newsroom. `channels`: those of the columns, by the columns' keys; `file_of`: the file of a picture by its
    address in the body."""

    bodies: BodyReader
    channels: Mapping[str, Channel]
    file_of: Callable[[str], Path | None]
    names_of_columns: Mapping[str, str]
    otherwise: Channel | None = None

    def read(self, posts: Sequence[OldPost | NotTaken]) -> list[ReadPost]:
        wanted = [post for post in posts if isinstance(post, OldPost)]
        found = dict(zip(map(id, wanted), self.bodies.read(wanted), strict=True))
        return [
            self._of(post, found[id(post)])
            if isinstance(post, OldPost)
            else ReadPost(OldPost(post.key, post.title), reason=post.reason)
            for post in posts
        ]

    def _of(self, post: OldPost, read: ParsedArticle | str) -> ReadPost:
        if isinstance(read, str):
            return ReadPost(post, reason=read)
        channel = self.channels.get(post.column) or self.otherwise
        if channel is None:
            column = self.names_of_columns.get(post.column, post.column) or "无"
            return ReadPost(post, reason=f"栏目“{column}”没有对应的频道，没有迁入。")
        if not post.title:
            return ReadPost(post, reason="没有标题。")
        if not read.body and not read.pictures and not post.picture:
            return ReadPost(post, reason="；".join([*post.warnings, "没有正文。"]))
        self._fill(read, post, channel)
        return ReadPost(post, read, channel=channel, files=self._files(read))

    def _fill(self, read: ParsedArticle, post: OldPost, channel: Channel) -> None:
        read.title, read.subtitle, read.summary = post.title, post.subtitle, post.summary
        read.kicker, read.left_out = post.kicker, post.left_out
        read.source, read.source_url = post.source[:80], post.source_url
        read.published_at, read.authors, read.editor = post.published_at, post.authors, post.editor
        read.views, read.channel_name, read.warnings = post.views, channel.slug, list(post.warnings)
        if post.picture:
            host = urlsplit(self.bodies.base).hostname or ""
            head = self._own(own_path(post.picture, host, post.folder))
            if head not in {picture.url for picture in read.pictures}:
                read.pictures.insert(0, FoundPicture(head))

    def _own(self, address: str) -> str:
        from_base = address.removeprefix(self.bodies.base)
        return from_base if from_base.startswith("/") else address

    def _files(self, read: ParsedArticle) -> dict[str, Path]:
        found = {}
        for picture in read.pictures[:MOST_PICTURES]:
            if file := self.file_of(picture.url):
                found[picture.url] = file
        return found


@dataclass
class PostStore:
    """Stores what was read for one move."""

    move: MoveIn
    # Pictures of this run by the file they came from: sites show the same logo a thousand times.
    _stored: dict[Path, Picture | None] = field(default_factory=dict)
    _own_name: str = field(default_factory=site_name)

    def take(self, read: Sequence[ReadPost]) -> list[MovedPost]:
        """Store posts and what became of each, all in one transaction; the next run finds either all of it or nothing."""
        with transaction.atomic():
            for one in read:
                self._store_pictures(one)
            told = dict(self._records(read))
            fates = [self._fate(one, told.get(number)) for number, one in enumerate(read)]
            self._note_versions(fates)
            self._forget_refusals(fates)
            MovedPost.objects.bulk_create(fates)
            keep_addresses(self._addresses(read, fates))
            self._keep_comments(read, fates)
            MoveIn.objects.filter(pk=self.move.pk).update(seen=self.move.seen + len(read))
        self.move.seen += len(read)
        return fates

    def forget_pictures(self) -> None:
        """After a step that failed: pictures stored in it are not there."""
        self._stored.clear()

    def _store_pictures(self, one: ReadPost) -> None:
        missing = 0
        for picture in one.parsed.pictures if one.parsed else []:
            file = one.files.get(picture.url)
            stored = self._picture(one, file, picture) if file else None
            if stored is not None:
                one.pictures[picture.url] = stored
            else:
                missing += 1
        if missing and one.parsed:
            one.parsed.warnings.append(f"有 {missing} 张图片没有找到或不能使用，请核对。")

    def _picture(self, one: ReadPost, file: Path, found: FoundPicture) -> Picture | None:
        if file not in self._stored:
            try:
                with file.open("rb") as opened:
                    data = opened.read(MAX_BYTES + 1)
                picture, is_new = store(data, one.post.title, found.caption, found.alt)
                if is_new:
                    one.new_pictures.append(picture.pk)
                self._stored[file] = picture
            except (Unusable, OSError):
                self._stored[file] = None
        return self._stored[file]

    def _records(self, read: Sequence[ReadPost]) -> Iterator[tuple[int, Record]]:
        """What became of each that can be stored, by its place: those that the old site showed, and drafts."""
        for publishing in (True, False):
            places = [
                number
                for number, one in enumerate(read)
                if one.parsed
                and (one.post.state == PostState.PUBLISHED and self.move.publishes) == publishing
            ]
            items = (self._item(read[number]) for number in places)
            yield from zip(
                places, import_batch(items, None, publishing, comparing=False, most=len(places)), strict=True
            )

    def _item(self, one: ReadPost) -> Item:
        own = one.post.source in ("", self._own_name)
        extras = Extras(
            origin=Origin.ORIGINAL if own else Origin.REPRINT,
            tags=one.post.tags[:MOST_TAGS],
            topics=one.post.topics,
        )
        return Item(one.post.key, article=one.parsed, extras=extras, pictures=one.pictures)

    def _fate(self, one: ReadPost, record: Record | None) -> MovedPost:
        fate = MovedPost(
            move=self.move,
            digest=digest_of(one.post.key),
            key=one.post.key[:200],
            title=one.post.title[:200],
            fate=PostFate.REFUSED,
            reason=one.reason,
            pictures=one.new_pictures,
        )
        if record is not None and record.id:
            fate.article_id = record.id
            fate.fate = PostFate.DUPLICATE if record.status in ("duplicate", "updated") else PostFate.IMPORTED
            fate.reason = "\n".join(record.warnings)
        elif record is not None:
            fate.reason = record.reason
        return fate

    def _note_versions(self, fates: Sequence[MovedPost]) -> None:
        made = [fate.article_id for fate in fates if fate.fate == PostFate.IMPORTED]
        versions = dict(Article.objects.filter(pk__in=made).values_list("pk", "latest_revision_id"))
        for fate in fates:
            if fate.fate == PostFate.IMPORTED:
                fate.revision = versions.get(fate.article_id)

    def _forget_refusals(self, fates: Sequence[MovedPost]) -> None:
        """What was refused before is told anew."""
        digests = [fate.digest for fate in fates]
        MovedPost.objects.filter(move=self.move, digest__in=digests).delete()

    def _addresses(self, read: Sequence[ReadPost], fates: Sequence[MovedPost]) -> Iterator[OldAddress]:
        for one, fate in zip(read, fates, strict=True):
            if fate.article_id is None:
                continue
            for address in filter(None, map(canonical_address, one.post.addresses)):
                if address != "/":
                    yield OldAddress(
                        digest=digest_of(address), address=address, move=self.move, article_id=fate.article_id
                    )
            for url, picture in one.pictures.items():
                if url.startswith("/"):
                    address = canonical_address(url)
                    yield OldAddress(
                        digest=digest_of(address), address=address, move=self.move, picture=picture
                    )

    def _keep_comments(self, read: Sequence[ReadPost], fates: Sequence[MovedPost]) -> None:
        written = [
            Written(
                key=f"{self.move.pk} {fate.digest} {comment.key}",
                article=fate.article_id,
                name=comment.name,
                text=comment.text,
                written_at=comment.written_at or one.post.published_at,
                is_approved=comment.is_approved,
                answers=f"{self.move.pk} {fate.digest} {comment.answers}" if comment.answers else "",
            )
            for one, fate in zip(read, fates, strict=True)
            if fate.article_id and one.post.comments
            for comment in one.post.comments
        ]
        if written:
            keep_old_comments(written)
