"""Sources that are asked by the clock: an address over HTTP, a watched folder, a mailbox, a server of files. Each waits longer after each failure."""

import logging
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from meiri.ingest.feed_items import NO_ENTRIES
from meiri.ingest.guarded_reading import reading
from meiri.ingest.items import Item, items_in
from meiri.ingest.parsed import Unreadable
from meiri.ingest.wire_models import LONGEST_WAIT, REMEMBERED, WireDelivery, WireSource
from meiri.ingest.wires.arriving import take_delivery
from meiri.ingest.wires.remote_files import RemoteFiles
from meiri.ingest.wires.watched_folder import items_of_folder
from meiri.ingest.wires.whole_files import TOO_LONG, EndOfFile
from meiri.ingest.wires.wire_mailbox import items_of_mail
from meiri.outbound import OutboundResponse, OutboundRules, Unreachable, ask, conditions, seconds_to_wait

logger = logging.getLogger(__name__)

# Bytes of one answer. Wires send what is new, not what they have.
MOST_BYTES = 16 * 1024 * 1024
RULES = OutboundRules(ports=None, silence=15, longest=60, most_bytes=MOST_BYTES)
# Sources of one run of the job, and seconds that reading the items of one may take.
MOST_AT_ONCE, SECONDS = 20, 120
# Nobody else asks a source meanwhile. Of servers of files and mailboxes, whose listing, fetching and reading may take so long.
CLAIM, LONG_CLAIM = timedelta(minutes=5), timedelta(minutes=15)
LONG_WAYS = frozenset([WireSource.Way.SFTP, WireSource.Way.S3, WireSource.Way.MAIL])


class NotAsked(Exception):
    """A source could not be asked, or gave nothing that can be read. `again`: how long it wants to be left alone, None where it does
    not say."""

    def __init__(self, reason: str, again: timedelta | None = None):
        super().__init__(reason)
        self.again = again


def wires_are_due() -> bool:
    return WireSource.objects.due(timezone.now()).exists()


def ask_due_wires() -> int:
    """Ask the sources whose time has come. How many that were. Run by the clock."""
    due = list(
        WireSource.objects.due(timezone.now()).select_related("source", "channel", "station")[:MOST_AT_ONCE]
    )
    return sum(ask_source(source) is not None for source in due)


def forget_deliveries() -> int:
    """Forget what was delivered long ago. Run by the clock."""
    return WireDelivery.objects.filter(at__lt=timezone.now() - REMEMBERED).delete()[0]


def ask_source(source: WireSource) -> WireDelivery | None:
    """Ask one source now and take what it has; None where another process is doing so. What fails is noted and never raised."""
    now = timezone.now()
    claimed = WireSource.objects.filter(pk=source.pk, due_at=source.due_at)
    claim = LONG_CLAIM if source.way in LONG_WAYS else CLAIM
    if not claimed.update(due_at=now + claim, asked_at=now):
        return None
    try:
        delivery = _ask(source)
    except (NotAsked, Unreachable, Unreadable) as error:
        reason = error.reason if isinstance(error, Unreadable) else str(error)
        return _failed(source, reason, getattr(error, "again", None))
    except Exception as error:
        logger.exception("A source of wire copy could not be asked")
        return _failed(source, f"出错（{type(error).__name__}），请告诉技术人员。", None)
    source.failures, source.last_failure = 0, ""
    _note(source, source.wait)
    return delivery


def _ask(source: WireSource) -> WireDelivery:
    with tempfile.TemporaryDirectory(prefix="meiri-wire-") as name:
        folder = Path(name)
        if source.way in (WireSource.Way.SFTP, WireSource.Way.S3):
            return _ask_server(source, folder)
        if source.way == WireSource.Way.FOLDER:
            with reading(SECONDS) as reader:
                return take_delivery(source, items_of_folder(source.folder, reader))
        if source.way == WireSource.Way.MAIL:
            with reading(SECONDS) as reader:
                return take_delivery(source, items_of_mail(source.senders, reader, folder))
        return _ask_address(source, folder)


def _ask_server(source: WireSource, folder: Path) -> WireDelivery:
    files = RemoteFiles(source, folder)
    files.fetch()
    # Fetching may take long: the time for reading begins after it.
    try:
        with reading(SECONDS) as reader:
            return take_delivery(source, files.items(reader))
    finally:
        files.note_finished()


def _ask_address(source: WireSource, folder: Path) -> WireDelivery:
    response = _answer_of(source)
    if response is None:
        return WireDelivery(source=source)
    path = folder / "wire"
    path.write_bytes(response.body)
    name = urlsplit(source.address).path.rpartition("/")[2] or "通稿"
    with reading(SECONDS) as reader:
        items = _ItemsOfAWire(items_in(path, reader, name), name)
        delivery = take_delivery(source, items)
    if items.failure or reader.is_out_of_time:
        raise NotAsked(items.failure or TOO_LONG)
    if not items.end.is_stored:  # asked again, it gives all of it again
        return delivery
    source.etag = response.headers.get("ETag", "")[:300]
    source.last_modified = response.headers.get("Last-Modified", "")[:100]
    return delivery


class _ItemsOfAWire:
    """The items of a wire or feed that is called `name`. `failure` says, in the end, why the rest was not read: an address may give a
    page or a single document, or break off. What came before is taken."""

    def __init__(self, items: Iterator[Item], name: str):
        self._items, self._name = items, name
        self.failure, self.end = "", EndOfFile()

    def __iter__(self) -> Iterator[Item | EndOfFile]:
        for item in self._items:
            if item.article is not None and item.wire is None:
                self.failure = "这个网址给出的是网页或单个文件，不是订阅源或通稿。"
                break
            if item.article is None and item.file == self._name:
                self.failure = "" if item.reason == NO_ENTRIES else item.reason
                break
            yield item
        yield self.end


def _answer_of(source: WireSource) -> OutboundResponse | None:
    """What a source answers; None where it has nothing new (RFC 9110, 13.1). Raises `NotAsked`, `Unreachable`."""
    headers = {"User-Agent": "Mozilla/5.0 (compatible; Meiri wires)"}
    headers |= conditions(source.etag, source.last_modified)
    response = ask(source.address, replace(RULES, most_bytes=MOST_BYTES), headers=headers)
    if response.status == 304:
        return None
    if response.status != 200:
        asked = seconds_to_wait(response, LONGEST_WAIT.total_seconds())
        raise NotAsked(f"返回状态 {response.status}", None if asked is None else timedelta(seconds=asked))
    if not response.is_whole:
        raise NotAsked(f"内容超过 {MOST_BYTES // 1024 // 1024} MB，没有读取")
    return response


@transaction.atomic
def _failed(source: WireSource, reason: str, again: timedelta | None) -> WireDelivery:
    source.failures, source.last_failure = min(source.failures + 1, 1000), reason[:300]
    _note(source, max(source.wait, again or timedelta()))
    return WireDelivery.objects.create(source=source, reason=reason[:300])


def _note(source: WireSource, wait: timedelta) -> None:
    """Write down how asking went. Fields that editors change meanwhile stay theirs."""
    WireSource.objects.filter(pk=source.pk).update(
        due_at=timezone.now() + wait,
        failures=source.failures,
        last_failure=source.last_failure,
        etag=source.etag,
        last_modified=source.last_modified,
    )
