"""Feeds, wires and other files of several items: each item is an article or is refused with a reason, and the rest goes on."""

import json
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from meiri.ingest import feed_entries
from meiri.ingest.feed_entries import raw_entries
from meiri.ingest.formats import BY_NAME, detect
from meiri.ingest.guarded_reading import read_file, read_pasted, read_series
from meiri.ingest.import_format import HEAD, FoundItem
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import plain
from meiri.ingest.wire_facts import PubStatus
from meiri.newsroom.models import Article
from tests.newsroom_factory import a_channel

LARGEST = 64 * 1024 * 1024
RSS = """<?xml version="1.0" encoding="{encoding}"?><!-- <item> --><rss version="2.0"><channel><title>澄江网</title>
<item><title>汛期</title><description><![CDATA[<p>水位回落。</item></p>]]></description><pubDate>2026-03-05 10:32:00</pubDate>
<category>民生</category><link>https://a.example/1.html</link><guid>1</guid></item>
<item><title>&lt;b&gt;秋收&lt;/b&gt;</title><description>稻谷归仓。</description>
<item><description>第三条没有标题。还有一句。</description></item><item><pubDate>x</pubDate></item></channel></rss>"""
NITF = """<nitf><head><docdata management-status="embargoed"><du-key key="汛情" version="3"/><urgency ed-urg="2"/>
<date.release norm="20991231T120000+0800"/><correction info="第二段数字有误"/></docdata></head><body><body.head><hedline><hl1>汛期</hl1></hedline>
<byline>记者 韩秋林、周明</byline><dateline>澄江</dateline></body.head><body.content><p>水位<em>回落</em>。</p><hl2>小标题</hl2>
<media><media-reference source="a.jpg"/><media-caption>堤上</media-caption></media></body.content></body></nitf>"""
G2 = """<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header/><itemSet>{}</itemSet></newsMessage>"""
G2_ITEM = """<newsItem guid="urn:x:{number}" version="{number}"><itemMeta><itemClass qcode="ninat:text"/><provider literal="澄江社"/>
<versionCreated>2026-03-05T10:32:00+08:00</versionCreated><pubStatus qcode="stat:{status}"/><embargoed>2099-01-01T08:00:00+08:00</embargoed>
<signal qcode="sig:correction"/><edNote>勿删第二段</edNote></itemMeta><contentMeta><urgency>3</urgency><subject qcode="medtop:15000000"><name>体育</name></subject>
<headline>第{number}条</headline></contentMeta><contentSet><inlineXML contenttype="application/xhtml+xml"><html><body>{text}</body></html></inlineXML></contentSet></newsItem>"""
BOMB = '<!DOCTYPE nitf [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
NINJS = {
    "uri": "urn:x",
    "version": "2",
    "pubStatus": "canceled",
    "headlines": [{"role": "main", "value": "汛期"}],
    "type": "text",
}


def items_of(path) -> list[tuple[str, FoundItem | None, str]]:
    """The items of a file, read without a process of their own: nothing here takes one down."""
    kind = read_file(str(path), path.name, LARGEST)
    if isinstance(kind, ParsedArticle):
        return [("", FoundItem(kind), "")]
    read, is_over = [], False
    while not is_over:
        part, _, is_over = read_series(str(path), kind, LARGEST, len(read), 50)
        read += part
    return read


def written(tmp_path, content, name="稿件") -> list[tuple[str, FoundItem | None, str]]:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return items_of(tmp_path / name)


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "utf-16"])
def test_a_feed_is_read_entry_by_entry_however_it_is_damaged(tmp_path, encoding, monkeypatch):
    monkeypatch.setattr(feed_entries, "CHUNK", 90)
    first, second, third, fourth = written(tmp_path, RSS.format(encoding=encoding).encode(encoding), "a.xml")
    article = first[1].article
    assert (article.title, article.source, plain(article.body)) == ("汛期", "澄江网", "水位回落。")
    assert article.published_at.isoformat() == "2026-03-05T10:32:00+08:00"
    assert (article.breadcrumb, article.original_url, first[1].wire.guid) == (
        ["民生"],
        "https://a.example/1.html",
        "1",
    )
    assert (second[1].article.title, plain(second[1].article.body)) == ("秋收", "稻谷归仓。")
    assert third[1].article.title == "第三条没有标题。"
    assert any("没有标题" in warning for warning in third[1].article.warnings)
    assert fourth == (":4", None, "这一条没有标题，也没有文字。")


@given(
    st.lists(st.tuples(st.text("稻谷<>&]-! item\n", max_size=12), st.booleans()), max_size=6),
    st.integers(5, 400),
)
@settings(max_examples=60)
def test_wherever_a_feed_is_cut_into_chunks_its_entries_are_the_same(entries, size):
    body = b"".join(
        f"<item><title>{'<![CDATA[' + t.replace(']]>', '') + ']]>' if cdata else t.replace('<', '&lt;')}</title></item>".encode()
        for t, cdata in entries
    )
    feed = b"<rss><channel>" + body + b"</channel></rss>"

    class Chunks:
        def __init__(self):
            self.at = 0

        def read(self, _most):
            self.at += size
            return feed[self.at - size : self.at]

    whole = [raw.feed for raw in raw_entries(Chunks())]
    assert len(whole) == len(entries)
    assert (
        b"".join(one.removeprefix(b"<rss><channel>").removesuffix(b"</channel></rss>") for one in whole)
        == body
    )


def test_a_feed_of_any_length_is_read_piece_by_piece(tmp_path):
    entry = "<item><title>第{}条</title><description>" + "稻谷归仓。" * 20 + "</description></item>"
    with (tmp_path / "a.xml").open("w") as file:
        file.write("<rss><channel><title>a</title>")
        file.writelines(entry.format(number) for number in range(2_000))
    kind = read_file(str(tmp_path / "a.xml"), "a.xml", LARGEST)
    # Less than the file holds may be taken into memory, and reading may begin anywhere.
    read, at, is_over = read_series(str(tmp_path / "a.xml"), kind, 1000, 1_990, 5)
    assert [found.article.title for _, found, _ in read] == [f"第{n}条" for n in range(1_990, 1_995)]
    assert (at, is_over) == (1_995, False)
    (endless,) = written(
        tmp_path, b"<rss><channel><item><title>a</title>" + b"x" * (feed_entries.LONGEST_ENTRY + 1_000_000)
    )
    assert endless[2] == "这一条过长，没有读取。"


def test_of_a_feed_no_more_is_held_than_one_entry():
    cutter = feed_entries._EntryCutter()
    chunk = ("<item><title>" + "谷" * 300 + "</title></item>").encode() * 3
    count = len(list(cutter.feed(b"<rss><channel>" + chunk[:100])))
    for _times in range(200):
        count += len(list(cutter.feed(chunk[100:] + chunk[:100])))
        assert cutter.held < len(chunk) + feed_entries._LONGEST_TAG
    count += len(list(cutter.feed(chunk[100:]))) + len(list(cutter.close()))
    assert count == 201 * 3


def test_json_feeds_are_read(tmp_path):
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "澄江", "items": [
        {"id": 7, "title": "汛期", "content_html": "<p>水位回落。<script>x</script></p>", "date_published": "2026-03-05T10:32:00+08:00", "authors": [{"name": "韩秋林"}], "tags": ["民生"]},
        {"id": "8", "content_text": "第一段。\n\n第二段。"}, {"id": "9"}, "x"]}  # fmt: skip
    first, second, third = written(tmp_path, json.dumps(feed))
    assert (first[1].article.title, first[1].article.body, first[1].wire.guid) == (
        "汛期",
        "<p>水位回落。</p>",
        "7",
    )
    assert first[1].article.authors == ["韩秋林"]
    assert second[1].article.body == "<p>第一段。</p>\n<p>第二段。</p>"
    assert third[2] == "这一条没有标题，也没有文字。"


def test_nitf_is_read_with_what_it_says_of_itself(tmp_path):
    ((label, found, _),) = written(tmp_path, NITF)
    article, wire = found.article, found.wire
    assert (label, article.title, article.authors, found.extras.dateline) == (
        "",
        "汛期",
        ["韩秋林", "周明"],
        "澄江",
    )
    assert article.body.startswith("<p>水位<em>回落</em>。</p>\n<h3>小标题</h3>")
    assert [(p.url, p.caption) for p in article.pictures] == [("a.jpg", "堤上")]
    assert (wire.guid, wire.version, wire.urgency, wire.note, wire.is_correction) == (
        "汛情",
        3,
        2,
        "第二段数字有误",
        True,
    )
    assert wire.embargoed_until == datetime(2099, 12, 31, 4, tzinfo=UTC)


def test_a_news_message_is_read_item_by_item(tmp_path):
    items = [G2_ITEM.format(number=n, status=status, text=text) for n, status, text in (
        (1, "usable", "<p>一</p>"), (2, "canceled", ""), (3, "usable", ""), (4, "withheld", "<p>四</p>"))]  # fmt: skip
    one, killed, empty, withheld, broken = written(tmp_path, G2.format("".join(items) + "<newsItem><a></b>"))
    assert (one[1].article.title, one[1].article.source, one[1].article.body) == (
        "第1条",
        "澄江社",
        "<p>一</p>",
    )
    wire = one[1].wire
    assert (wire.guid, wire.version, wire.urgency, wire.is_correction) == ("urn:x:1", 1, 3, True)
    assert (wire.subjects, wire.subject_names, wire.note) == (["medtop:15000000"], ["体育"], "勿删第二段")
    assert wire.embargoed_until - datetime(2099, 1, 1, tzinfo=UTC) == timedelta()
    assert killed[1].wire.status == PubStatus.CANCELED
    assert empty[2] == "这一条没有正文，没有收入。"
    assert withheld[1].wire.status == PubStatus.WITHHELD
    assert "XML 文件第" in broken[2]


def test_ninjs_of_each_generation_says_the_same(tmp_path, shared_data):
    ((_, killed, _),) = written(tmp_path, json.dumps(NINJS))
    assert (killed.wire.guid, killed.wire.version, killed.wire.status, killed.article.title) == (
        "urn:x",
        2,
        "canceled",
        "汛期",
    )
    folder = shared_data / "newswire" / "ninjs" / "documentation" / "includes" / "examples"
    told = [items_of(folder / version / "001_simple_example.json") for version in ("1.6", "2.2", "3.1")]
    first, *others = [(one[0][1].article, one[0][1].wire) for one in told]
    assert first[0].authors == ["Paulo Santalucia", "Frances d'Emilio"]
    for article, wire in others:
        assert (article.title, article.body, wire) == (first[0].title, first[0].body, first[1])
    ((_, embargoed, _),) = items_of(shared_data / "newswire" / "wires" / "ninjs_embargoed.json")
    assert embargoed.wire.embargoed_until == datetime(2022, 6, 29, 2, 30, tzinfo=UTC)


def test_xml_of_a_wire_fetches_and_expands_nothing(tmp_path):
    ((_, found, reason),) = written(
        tmp_path, BOMB + NITF.replace("汛期</hl1>", "汛期&b;&x;</hl1>").replace("水位", "&x;&b;水位")
    )
    assert (found.article.title, reason) == ("汛期", "")
    assert "root:" not in found.article.body
    assert len(found.article.body) < 300


DAMAGE = [b"<item>", b"</item>", b"<![CDATA[", b"]]>", b"<!--", b"&#xd800;", b"\\ud800", b"<entry>", b'"', b"{", b"null", b"1e999", b"\0", b"T99:99", b"9999-12-31T23:59:59-23:59", b""]  # fmt: skip


@given(
    st.sampled_from([NITF, RSS.format(encoding="utf-8"), G2.format(G2_ITEM.format(number=1, status="usable", text="<p>一</p>")), json.dumps(NINJS)]),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 40), st.sampled_from(DAMAGE)), max_size=6),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_however_a_file_is_damaged_its_items_are_read_or_refused(sound, damages):
    damaged = sound.encode()
    for place, length, put in damages:
        damaged = damaged[:place] + put + damaged[place + length :]
    with tempfile.TemporaryDirectory() as folder, suppress(Unreadable):
        for _, found, reason in written(Path(folder), damaged, "稿件"):
            assert (found is None) == bool(reason)
            assert "出错" not in reason


def test_every_feed_and_wire_file_is_taken_or_refused_with_a_reason(shared_data):
    files = [
        f for name in ("feeds", "newswire") for f in sorted((shared_data / name).rglob("*")) if f.is_file()
    ]
    taken, refused = {}, 0
    for file in files:
        try:
            items = items_of(file)
        except Unreadable as error:
            items = [("", None, error.reason)]
        items = items or [("", None, "文件里没有稿件。")]
        for label, found, reason in items:
            assert (found is None) == bool(reason), (file, label)
            if found is None:
                assert reason.endswith("。"), (file, reason)
                assert "出错" not in reason, (file, reason)
                refused += 1
            else:
                article = found.article
                is_stopped = found.wire and found.wire.status != PubStatus.USABLE
                assert is_stopped or (article.title and article.title == article.title.strip()), file
                assert not {"<script", "javascript:", "�"} & set(article.body.split()), file
                kind = detect(file.read_bytes()[:HEAD], name=file.name).name
                taken[kind] = taken.get(kind, 0) + 1
    assert taken["feed"] > 350
    assert min(taken[kind] for kind in ("json-feed", "ninjs", "newsml-g2", "newsml", "nitf", "telegram")) >= 5
    assert refused > 500


def test_pasted_feeds_are_to_be_uploaded():
    with pytest.raises(Unreadable, match="RSS 订阅源，请存成文件"):
        read_pasted(RSS)


@pytest.mark.django_db
def test_the_command_takes_the_items_of_a_feed(tmp_path, capsys):
    a_channel("民生", "minsheng")
    (tmp_path / "a.xml").write_text(RSS.format(encoding="utf-8"))
    for statuses in (["imported"] * 3, ["duplicate"] * 3):
        with pytest.raises(CommandError):
            call_command("import", str(tmp_path / "a.xml"), json=True)
        records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [r["status"] for r in records] == [*statuses, "refused"], records
        assert records[0]["file"].endswith("a.xml:1")
    assert sorted(Article.objects.values_list("title", flat=True)) == ["汛期", "秋收", "第三条没有标题。"]
    assert {"feed", "nitf"} <= BY_NAME.keys()
