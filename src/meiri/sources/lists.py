"""The register as a CSV file (RFC 4180): read whole or not at all, and written so that it can be read again."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from meiri.csv_cells import csv_lines, decode_csv, unguarded
from meiri.newsroom.models import Source
from meiri.sources.name_keys import domain_of, name_key
from meiri.sources.register import LONGEST_NAME, ListingKey, ListingState, SourceListing

LARGEST = 4 * 1024 * 1024
MOST_ROWS = 20_000
# Faults that one answer names.
MOST_FAULTS = 20
# The columns of a file and the field that each is; the first ones' other names, as lists have them.
COLUMNS = {
    "版次": "edition",
    "类别": "category",
    "单位名称": "name",
    "别名": "aliases",
    "域名": "domains",
    "状态": "state",
    "起始日期": "since",
    "截止日期": "until",
    "说明": "note",
}
ALSO = {
    "名称": "单位名称",
    "单位": "单位名称",
    "来源": "单位名称",
    "分类": "类别",
    "网址": "域名",
    "网站": "域名",
}
_BETWEEN = "；"
_STATES = {label: value for value, label in ListingState.choices} | {
    "有效": "valid",
    "暂停": "frozen",
    "冻结": "frozen",
    "移出": "removed",
    "": "valid",
    **{value: value for value in ListingState.values},
}


class BadList(ValueError):
    """The file can't be taken. `faults` are sentences, each with the number of its line; nothing was stored."""

    def __init__(self, faults: list[str]):
        self.faults = faults
        super().__init__("；".join(faults))


@dataclass(frozen=True)
class Outcome:
    """How many bodies were added and changed, were as they are, and were marked as removed."""

    added: int
    changed: int
    same: int
    removed: int

    def __str__(self):
        words = [
            f"新增 {self.added} 个",
            f"更新 {self.changed} 个",
            f"没有变化 {self.same} 个",
            f"移出 {self.removed} 个",
        ]
        return "，".join(words)


def read_list(data: bytes, edition: str = "") -> list[SourceListing]:
    """The bodies of a CSV file, not stored yet; those without an edition are of `edition`. Raises `BadList`."""
    rows = csv.reader(io.StringIO(_text_of(data), newline=""), strict=True)
    try:
        head = [ALSO.get(name.strip(), name.strip()) for name in next(rows, [])]
        if "单位名称" not in head:
            raise BadList(["第 1 行：没有“单位名称”一列。列名可以是：" + "、".join(COLUMNS) + "。"])
        numbered = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadList([f"第 {rows.line_num} 行：不是 CSV 格式（{error}）。"]) from None
    if len(numbered) > MOST_ROWS:
        raise BadList([f"超过 {MOST_ROWS} 行，请分几次导入。"])
    found, faults = [], []
    lines: dict[tuple[str, str], int] = {}
    for number, row in numbered:
        try:
            listing = _listing_of(dict(zip(head, row, strict=False)), edition)
        except ValidationError as error:
            faults += [f"第 {number} 行：{sentence}" for sentence in error.messages]
            continue
        for key in listing.new_keys():
            if before := lines.get((key.kind, key.key)):
                faults.append(f"第 {number} 行：“{key.key}”在第 {before} 行已有。")
            lines[key.kind, key.key] = number
        found.append(listing)
    if faults:
        more = [f"另有 {len(faults) - MOST_FAULTS} 处。"] if len(faults) > MOST_FAULTS else []
        raise BadList(faults[:MOST_FAULTS] + more)
    if not found:
        raise BadList(["文件里没有单位。"])
    return found


def _text_of(data: bytes) -> str:
    if len(data) > LARGEST:
        raise BadList([f"文件超过 {LARGEST // 1024 // 1024} MB。"])
    if (text := decode_csv(data)) is None:
        raise BadList(["文件不是文本：请另存为 CSV（UTF-8 或 GB18030）。"])
    return text


def _listing_of(row: dict[str, str], edition: str) -> SourceListing:
    cells = {field: unguarded((row.get(column) or "").strip()) for column, field in COLUMNS.items()}
    if not name_key(cells["name"]):
        raise ValidationError("没有单位名称。")
    if cells["state"] not in _STATES:
        raise ValidationError(f"不认识的状态“{cells['state'][:20]}”，可以是：可转载、暂停转载、已移出名单。")
    for name in ("aliases", "domains"):
        cells[name] = "\n".join(_parts(cells[name]))
    listing = SourceListing(
        **cells
        | {
            "edition": cells["edition"] or edition,
            "state": _STATES[cells["state"]],
            "since": _day(cells["since"]),
            "until": _day(cells["until"]),
        }
    )
    listing.clean_fields(exclude=["id"])
    if listing.since and listing.until and listing.until < listing.since:
        raise ValidationError("截止日期早于起始日期。")
    for line in listing.domains.splitlines():
        if not domain_of(line):
            raise ValidationError(f"“{line[:60]}”不是域名。")
    return listing


def _parts(text: str) -> list[str]:
    for mark in ("\r", "\n", ";", "、", "|", "，", ","):
        text = text.replace(mark, _BETWEEN)
    return [part for piece in text.split(_BETWEEN) if (part := piece.strip())]


def _day(text: str) -> date | None:
    if not text:
        return None
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "%Y-%m", "%Y年%m月"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValidationError(f"不认识的日期“{text[:20]}”，请写成 2025-06-30。")


@transaction.atomic
def take_list(listings: list[SourceListing], whole: bool = False) -> Outcome:
    """Store what `read_list` gave: bodies that are there by one of their names are brought up to date. With `whole`, those that
    the list does not have are marked as removed from today on. Raises `BadList` and stores nothing where a name or a domain of one
    is another's.

    Each body that may be reprinted is a source that articles can name.
    """
    stored = {listing.pk: listing for listing in SourceListing.objects.select_for_update()}
    owners = {(key.kind, key.key): key.listing_id for key in ListingKey.objects.all()}
    names = {name_key(listing.name): pk for pk, listing in stored.items()}
    today, faults = timezone.localdate(), []
    changed = same = removed = 0
    new: list[SourceListing] = []
    seen: set[int] = set()
    for listing in listings:
        key = name_key(listing.name)
        pk = names.get(key) or owners.get(("name", key))
        taken = {owners[k.kind, k.key] for k in listing.new_keys() if (k.kind, k.key) in owners} - {pk}
        if taken or pk in seen:
            other = next(iter(taken), pk)
            name = stored[other].name if other else ""
            faults.append(f"“{listing.name}”的名称、别名或域名与“{name}”相同。")
            continue
        if pk is None:
            new.append(listing)
            continue
        seen.add(pk)
        before = stored[pk]
        if _content(before) == _content(listing):
            same += 1
            continue
        listing.pk = pk
        listing.save(force_update=True)
        changed += 1
    if faults:
        raise BadList(faults[:MOST_FAULTS])
    SourceListing.objects.bulk_create(new)
    ListingKey.objects.bulk_create([key for listing in new for key in listing.new_keys()])
    if whole:
        for pk, listing in stored.items():
            if pk not in seen and listing.state != ListingState.REMOVED:
                listing.state, listing.until = ListingState.REMOVED, listing.until or today
                listing.save()
                removed += 1
    _make_sources(listing for listing in listings if listing.state == ListingState.VALID)
    return Outcome(len(new), changed, same, removed)


def _content(listing: SourceListing) -> tuple:
    return tuple(getattr(listing, field) for field in COLUMNS.values())


def _make_sources(listings: Iterable[SourceListing]) -> None:
    names = [listing.name[:LONGEST_NAME] for listing in listings]
    known = set(Source.objects.filter(name__in=names).values_list("name", flat=True))
    for name in names:
        if name not in known:
            Source(name=name).save()


def write_list(listings: Iterable[SourceListing]) -> Iterator[str]:
    """The lines of a CSV file of `listings`."""
    cells = ([_cell(listing, field) for field in COLUMNS.values()] for listing in listings)
    return csv_lines(chain([COLUMNS], cells))


def _cell(listing: SourceListing, field: str) -> str:
    value = getattr(listing, field)
    if field == "state":
        return str(listing.get_state_display())
    if field in ("aliases", "domains"):
        return _BETWEEN.join(value.splitlines())
    return value.isoformat() if isinstance(value, date) else value
