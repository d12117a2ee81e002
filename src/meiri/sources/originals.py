"""Originals: what an article was imported from, kept as it came, with time, digest and address."""

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import zstandard
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from meiri.journal.log import actor, append_all
from meiri.journal.public_models import NotPublic
from meiri.newsroom.erased_words import ErasedWords
from meiri.newsroom.models import Article
from meiri.sources.events import OriginalKept
from meiri.sources.kept_files import BrokenOriginal, KeptFile, kept_paths, path_of, read_kept

# Characters of the text that are kept for comparing.
LONGEST_TEXT = 200_000
# A file that no original names was of an item that was refused; it may belong to an import that is under way.
ORPHANED_SECONDS = 24 * 3600


class Manner(models.TextChoices):
    """How an original came."""

    PAGE = "page", "网页或文件"
    PASTE = "paste", "粘贴的文字"


@dataclass(frozen=True)
class KeptOriginal:
    """What an item was read from, kept before it was stored. `name`: of the file; `title` and `paragraphs` as they were read."""

    file: KeptFile
    manner: Manner
    name: str = ""
    title: str = ""
    paragraphs: list[str] = field(default_factory=list)

    def packed_text(self) -> bytes:
        kept, length = [], 0
        for paragraph in self.paragraphs:
            length += len(paragraph)
            if length > LONGEST_TEXT:
                break
            kept.append(paragraph)
        written = json.dumps([self.title, *kept], ensure_ascii=False).encode(errors="replace")
        return zstandard.ZstdCompressor(level=9).compress(written)


class Original(models.Model):
    """One original of an article. `seal`: of the packed file (`kept_files.py`). `text`: its headline and paragraphs, packed JSON.
    `entry`: the number of the entry in the journal that tells of it. `erased_by`: of the one by whose order its file and its text are
    gone. It outlives its article."""

    article = models.ForeignKey(
        Article, verbose_name="稿件", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    digest = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveIntegerField("字节数")
    seal = models.BinaryField()
    manner = models.CharField("方式", max_length=5, choices=Manner.choices)
    name = models.CharField("文件名", max_length=200, blank=True)
    address = models.CharField("原文地址", max_length=500, blank=True)
    text = models.BinaryField()
    kept_at = models.DateTimeField("保存时间")
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="保存人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    entry = models.BigIntegerField("日志编号", unique=True)
    erased_by = models.BigIntegerField("依令删除", null=True, editable=False)

    public = NotPublic("evidence, for the newsroom")

    class Meta:
        verbose_name = "原件"
        verbose_name_plural = "原件"

    def __str__(self):
        return self.name or self.address or self.digest[:12]

    @property
    def text_digest(self) -> str:
        return hashlib.sha256(self.text).hexdigest()

    def read_text(self) -> tuple[str, list[str]]:
        """The headline and the paragraphs, as they were read when it was kept. Raises `BrokenOriginal`."""
        try:
            title, *paragraphs = json.loads(
                zstandard.ZstdDecompressor().decompress(bytes(self.text), max_output_size=8 * LONGEST_TEXT)
            )
        except (zstandard.ZstdError, ValueError) as error:
            raise BrokenOriginal(f"its text can't be read ({error})") from None
        return title, paragraphs

    def read(self) -> bytes:
        """The bytes as they came. Raises `BrokenOriginal`."""
        return read_kept(self.digest)


def original_of(article_id: int | None) -> Original | None:
    """The newest original of an article that was not erased. One query."""
    return (
        Original.objects.filter(article=article_id, erased_by=None).order_by("-pk").first()
        if article_id
        else None
    )


@transaction.atomic
def record_originals(kept: Sequence[tuple[int, str, KeptOriginal]], by=None) -> list[Original]:
    """Note that articles came from what was kept, and tell the journal. Each with the key of its article and the address where the
    original says it stood. What an article has already is not noted again."""
    known = set(
        Original.objects.filter(article__in={article for article, _, _ in kept}).values_list(
            "article", "digest"
        )
    )
    new = [
        Original(
            article_id=article,
            digest=original.file.digest,
            size=original.file.size,
            seal=original.file.seal,
            manner=original.manner,
            name=original.name[-200:],
            address=address[:500],
            text=original.packed_text(),
            kept_at=timezone.now(),
            kept_by=by,
        )
        for article, address, original in kept
        if (article, original.file.digest) not in known
    ]
    events = [event_of(original) for original in new]
    for original, entry in zip(new, append_all(events, actor(by)), strict=True):
        original.entry = entry.sequence
    return Original.objects.bulk_create(new)


def event_of(original: Original) -> OriginalKept:
    return OriginalKept(
        article=original.article_id or 0,
        digest=original.digest,
        seal=hashlib.sha256(bytes(original.seal)).hexdigest(),
        text=original.text_digest,
        address=original.address,
    )


def forget_orphans() -> int:
    """Delete kept files that belong to no original. How many."""
    deleted, batch = 0, []
    for path in kept_paths():
        if path.stat().st_mtime < time.time() - ORPHANED_SECONDS:
            batch.append(path.name.removesuffix(".zst"))
        if len(batch) == 500:
            deleted += _forget(batch)
            batch = []
    return deleted + _forget(batch)


def erase_originals(article: Article, words: ErasedWords, order: int) -> None:
    """Take away the originals of an article that say what was erased by `order`, an entry of the journal: the text, and the file once
    this is committed, unless another article came from the same."""
    for original in Original.objects.filter(article=article.pk, erased_by=None):
        try:
            said = [original.name, *original.read_text()]
        except BrokenOriginal:
            said = [original.name]
        if not any(words.stand_in(text) for one in said for text in ([one] if isinstance(one, str) else one)):
            continue
        Original.objects.filter(pk=original.pk).update(text=b"", name="", erased_by=order)
        if not Original.objects.filter(digest=original.digest, erased_by=None).exists():
            transaction.on_commit(partial(_unlink, original.digest), robust=True)


def _unlink(digest: str) -> None:
    path_of(digest).unlink(missing_ok=True)


def _forget(digests: Iterable[str]) -> int:
    named = Original.objects.filter(digest__in=list(digests), erased_by=None)
    known = set(named.values_list("digest", flat=True))
    orphans = [digest for digest in digests if digest not in known]
    for digest in orphans:
        path_of(digest).unlink(missing_ok=True)
    return len(orphans)
