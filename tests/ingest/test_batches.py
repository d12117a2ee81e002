"""Items of a run are stored together as each would be alone."""

import json
import re

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag
from wagtail.models import ModelLogEntry, ReferenceIndex, Revision

from meiri.audience.models import ArticleViews
from meiri.ingest import batches
from meiri.ingest.batches import import_batch
from meiri.ingest.guarded_reading import reading
from meiri.ingest.importing import import_item
from meiri.ingest.items import items_in
from meiri.ingest.models import Import
from meiri.journal.models import Entry
from meiri.newsroom.models import Article, ArticleTag, Author, Byline, Source
from meiri.newsroom.published_texts import live_articles_are_as_published
from meiri.newsroom.river import DayCount, Listing
from meiri.search.models import Fingerprint, FingerprintNumber, ProposedVersion
from meiri.sections.models import Topic
from tests.newsroom_factory import a_channel, a_station

pytestmark = pytest.mark.django_db
KEPT = (
    Article, Revision, Byline, ArticleTag, Article.stations.through, Article.topics.through, Source, Author, Tag,
    ReferenceIndex, Fingerprint, FingerprintNumber, ProposedVersion, Listing, DayCount, ModelLogEntry, Import, ArticleViews,
)  # fmt: skip
# What no two runs have in common, and numbers that only say what was stored when.
OF_THE_RUN = {"updated_at", "created_at", "timestamp", "uuid", "changed", "imported_at", "first_published_at", "last_published_at"}  # fmt: skip
SENTENCES = (
    "今年入夏以来，当地的气温一直比往年高。",
    "记者在现场看到，工人们正在加紧施工。",
    "这项工程预计明年春天完工。",
)


def record(number: int, **more) -> dict:
    """A record that is unlike others, but for the third, which repeats most of the second."""
    paragraphs = [f"第{number}件事发生在{chr(0x4E00 + number * 37)}{chr(0x5E00 + number * 53)}村。{s}" for s in SENTENCES]  # fmt: skip
    if number == 3:
        paragraphs = [p.replace(f"第{number}件", "第2件") for p in paragraphs]
    return {
        "title": f"第{number}条消息的标题",
        "body": "".join(f"<p>{p}</p>" for p in paragraphs)
        + "<h2>小标题</h2><blockquote><p>引语。</p></blockquote>",
        "source": ("澄江日报", "北岭观察")[number % 2],
        "authors": ["韩秋林", f"作者{number % 3}"],
        "editor": "沈砚",
        "published_at": f"2024-03-{1 + number % 9:02}T10:00:0{number % 10}+08:00",
        "views": number or None,
        "channel": "keji",
        "tags": ["农业", f"标签{number % 4}"],
        "stations": ["zhejiang"] if number % 2 else [],
        "topics": ["zt"] if number % 3 == 0 else [],
        **more,
    }


@pytest.fixture
def newsroom():
    a_channel("科技前沿", "keji")
    a_channel("要闻", "yaowen")
    a_station()
    Topic.objects.create(name="专题", slug="zt")


@pytest.fixture
def file(tmp_path):
    def write(records):
        path = tmp_path / "a.jsonl"
        path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records))
        return path

    return write


def one_by_one(items, channel, publishing):
    return [import_item(item, channel, publishing) for item in items]


def together(items, channel, publishing):
    return list(import_batch(items, channel, publishing))


def outcome(take, path, publishing):
    """All that is stored by a way of taking items, with its records; nothing of it stays."""
    with transaction.atomic(), reading() as reader:
        records = take(items_in(path, reader), None, publishing)
        stored = {model.__name__: rows_of(model) for model in KEPT}
        entries = list(Entry.objects.order_by("sequence").values_list("kind", "keys", "payload", "actor"))
        transaction.set_rollback(True)
    return [json.loads(r.as_json()) for r in records], stored, entries


def rows_of(model):
    names = [f.name for f in model._meta.concrete_fields if f.name not in OF_THE_RUN]
    rows = [
        [
            re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT(?!02:00)[\d:.]+Z", "·", str(value))
            for value in row
        ]
        for row in model._default_manager.order_by("pk").values_list(*names)
    ]
    # Rows that hang on an article are stored a table at a time: their own keys say nothing.
    return sorted(rows if model in (Article, Revision) else [row[names[0] == "id" :] for row in rows])


@pytest.mark.parametrize("publishing", [False, True])
def test_e10_items_are_stored_together_as_each_alone(newsroom, file, publishing):
    path = file([record(n) for n in range(1, 24)])
    alone, rows_alone, entries_alone = outcome(one_by_one, path, publishing)
    records, rows, entries = outcome(together, path, publishing)
    assert [r["status"] for r in records] == ["imported"] * 23
    for one in (*alone, *records):
        one["warnings"] = [re.sub(r"\d+%", "", w) for w in one["warnings"]]
    assert records == alone
    for name, stored in rows.items():
        assert stored == rows_alone[name], name

    def told(entries):
        keys = {key for _, keys, _, _ in entries for key in keys if not key.startswith("beside:")}
        # The digest of a text is of its blocks too, whose names are drawn by lot.
        said = [(kind, str({**payload, "text": ""}), actor) for kind, _, payload, actor in entries]
        return keys, sorted(said)

    assert told(entries) == told(entries_alone)


def test_e10_what_was_published_together_is_what_the_journal_says(newsroom, file):
    call_command("import", str(file([record(n) for n in range(1, 24)])), publish=True)
    assert Article.objects.live().count() == 23
    assert list(live_articles_are_as_published()) == []


def test_e10_of_neighbours_the_entries_together_name_all_who_got_others(newsroom, file):
    old = [record(n, published_at=f"2024-03-0{n}T10:00:00+08:00", tags=[]) for n in (1, 4, 8)]
    call_command("import", str(file(old)), publish=True)
    last = Entry.objects.order_by("sequence").last().sequence
    new = [record(n, published_at=f"2024-03-0{n}T10:00:00+08:00", tags=[]) for n in (5, 6)]
    call_command("import", str(file(new)), publish=True)
    keys = {key for entry in Entry.objects.after(last) for key in entry.keys}
    by_title = dict(Article.objects.values_list("title", "pk"))
    assert {f"beside:{by_title[f'第{n}条消息的标题']}" for n in (4, 8)} <= keys


def test_e10_each_item_has_its_own_fate(newsroom, file):
    records = [record(n) for n in range(1, 8)]
    records[2] = {"title": "没有正文"}
    records[4] = record(4)
    path = file(records)
    found = together_from(path)
    assert [r.status for r in found] == ["imported", "imported", "refused", "imported", "duplicate", "imported", "imported"]  # fmt: skip
    assert [r.status for r in together_from(path)].count("duplicate") == 6
    assert Article.objects.count() == 5


def together_from(path):
    with reading() as reader:
        return together(items_in(path, reader), None, False)


def test_e10_where_a_batch_fails_each_of_its_items_is_taken_alone(newsroom, file, monkeypatch):
    def fail(*arguments):
        raise KeyError

    monkeypatch.setattr(batches, "store_new_fingerprints", fail)
    found = together_from(file([record(n) for n in range(1, 8)]))
    assert [r.status for r in found] == ["imported"] * 7
    assert Article.objects.count() == Import.objects.count() == Fingerprint.objects.count() == 7


def test_e10_the_queries_of_an_item_do_not_grow_with_the_run(newsroom, file):
    counted = []
    for first, count in ((100, 10), (200, 40)):
        path = file([record(first + n, tags=["农业"]) for n in range(count)])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            together_from(path)
        counted.append(len(queries) / count)
    assert counted[1] <= counted[0]
    assert counted[1] < 20
