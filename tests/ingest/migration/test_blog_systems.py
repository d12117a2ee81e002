"""Archives of Typecho and Halo, and feeds that hold a whole site."""

import base64
import json
import zipfile
from datetime import UTC, datetime
from difflib import SequenceMatcher
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from meiri.ingest.migration.halo import _patched
from meiri.ingest.migration.old_archive import ArchiveSource, NotTaken, PostState
from meiri.ingest.migration.systems import system_of
from meiri.ingest.parsed import Unreadable
from meiri.media.models import Picture
from meiri.newsroom.models import Article
from tests.ingest.migration.test_systems import AT, SECONDS, dump
from tests.newsroom_factory import a_channel

OTHER = Path(__file__).resolve().parents[4] / "shared" / "data" / "migration" / "other"
ROUTE = "/[year:digital:4]/[month:digital:2]/[slug].html"
ROUTES = f'a:1:{{s:4:"post";a:1:{{s:3:"url";s:{len(ROUTE)}:"{ROUTE}";}}}}'


def opened(path: Path):
    source = ArchiveSource(path)
    return system_of(source).open(source)


def test_typecho(tmp_path):
    post = {"cid": 7, "title": "渡口", "slug": "du-kou", "created": SECONDS, "modified": SECONDS, "text": "<!--markdown-->**早上**六点", "authorId": 1,
            "type": "post", "status": "publish", "password": "", "viewsNum": 88}  # fmt: skip
    archive = opened(
        dump(
            tmp_path,
            {
                "typecho_contents": [
                    post,
                    {**post, "cid": 8, "slug": "8", "text": "一\n\n二", "status": "hidden"},
                    {**post, "cid": 9, "slug": "9", "type": "page"},
                    {**post, "cid": 10, "slug": "10", "type": "attachment"},
                    {**post, "cid": 11, "slug": "11", "type": "post_draft"},
                ],
                "typecho_metas": [
                    {"mid": 1, "name": "要闻", "slug": "yaowen", "type": "category", "parent": 0},
                    {"mid": 2, "name": "本地", "slug": "bendi", "type": "category", "parent": 1},
                    {"mid": 3, "name": "渡口", "slug": "dukou", "type": "tag", "parent": 0},
                ],
                "typecho_relationships": [{"cid": 7, "mid": 2}, {"cid": 7, "mid": 3}, {"cid": 8, "mid": 1}],
                "typecho_comments": [
                    {"coid": 1, "cid": 7, "created": SECONDS, "author": "网友", "text": "好", "type": "comment", "status": "approved", "parent": 0},
                    {"coid": 2, "cid": 7, "created": SECONDS, "author": "乙", "text": "同意", "type": "comment", "status": "waiting", "parent": 1},
                ],
                "typecho_users": [
                    {"uid": 1, "name": "han", "mail": "han@old.example", "screenName": "韩秋林", "created": SECONDS, "group": "administrator"},
                    {"uid": 2, "name": "du", "mail": "du@old.example", "screenName": "", "created": SECONDS, "group": "subscriber"},
                ],
                "typecho_options": [
                    {"name": "siteUrl", "user": 0, "value": "http://old.example/blog"},
                    {"name": "routingTable", "user": 0, "value": ROUTES},
                ],
            },
        )
    )  # fmt: skip
    first, hidden, page, draft = archive.posts()
    assert (first.title, first.body, first.markup, first.views) == ("渡口", "**早上**六点", "markdown", 88)
    assert (first.column, first.tags, first.authors) == ("2", ["渡口"], ["韩秋林"])
    assert first.addresses == ["/blog/2015/03/du-kou.html", "/blog/index.php/2015/03/du-kou.html"]
    assert first.published_at == AT
    assert [(one.text, one.is_approved, one.answers) for one in first.comments] == [
        ("好", True, ""),
        ("同意", False, "1"),
    ]
    assert (hidden.state, hidden.body) == (PostState.DRAFT, "<p>一</p>\n<p>二</p>")
    assert "不公开" in hidden.warnings[0]
    assert isinstance(page, NotTaken)
    assert draft.state == PostState.DRAFT
    assert [column.names for column in archive.columns()] == [("要闻",), ("要闻", "本地")]
    assert [(one.name, one.email) for one in archive.members()] == [("du", "du@old.example")]


def deltas(before: str, after: str) -> str:
    """What java-diff-utils writes of two texts."""
    first, second = before.split("\n") if before.strip() else [], after.split("\n")
    kinds = {"replace": "CHANGE", "insert": "INSERT", "delete": "DELETE"}
    return json.dumps(
        [
            {"source": {"position": a, "lines": first[a:b], "changePosition": None},
             "target": {"position": c, "lines": second[c:d], "changePosition": None}, "type": kinds[kind]}
            for kind, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes() if kind != "equal"
        ]
    )  # fmt: skip


LINES = st.lists(st.text(st.sampled_from("甲乙丙 <p>"), max_size=4), min_size=1, max_size=12).map("\n".join)


@given(LINES.filter(str.strip), LINES)
def test_a_snapshot_is_its_base_with_its_deltas(before, after):
    assert _patched(before, deltas(before, after)) == after


@pytest.mark.parametrize("patch", ["{", "7", '[{"source":{"position":-1,"lines":[]},"target":{"lines":[]}}]',
                                   '[{"source":{"position":0,"lines":["别的"]},"target":{"lines":[]}}]'])  # fmt: skip
def test_deltas_that_do_not_fit_are_refused(patch):
    with pytest.raises(ValueError):  # noqa: PT011 every error of them is one
        _patched("一\n二", patch)


def stored(kind: str, name: str, value: dict) -> dict:
    data = base64.b64encode(json.dumps(value, ensure_ascii=False).encode()).decode()
    return {"name": f"/registry/{kind}/{name}", "data": data, "version": 1}


def halo_objects() -> list[dict]:
    content = "content.halo.run"
    text = "<p>渡口的船从早上六点开到晚上八点。</p>\n<p>旧的一句。</p>"
    newer = '<p>渡口的船从早上六点开到晚上八点。</p>\n<p>新的一句。</p>\n<img src="/upload/a.jpg">'
    post = {"title": "渡口", "slug": "du-kou", "releaseSnapshot": "s2", "headSnapshot": "s3", "baseSnapshot": "s1", "owner": "han", "cover": "",
            "deleted": False, "publish": True, "publishTime": "2015-03-01T04:00:00Z", "visible": "PUBLIC",
            "excerpt": {"autoGenerate": False, "raw": "摘要"}, "categories": ["c2", "c1"], "tags": ["t1"]}  # fmt: skip
    answer = {
        "owner": {"displayName": "乙"},
        "approved": True,
        "hidden": False,
        "creationTime": "2015-03-01T04:01:00Z",
    }
    return [
        stored(f"{content}/posts", "p1", {"spec": post, "status": {"permalink": "/archives/du-kou"}}),
        stored(f"{content}/posts", "p2", {"spec": {**post, "title": "私密", "slug": "b", "visible": "PRIVATE"}}),
        stored(f"{content}/posts", "p3", {"spec": {**post, "title": "删了", "deleted": True}}),
        stored(f"{content}/posts", "p4", {"spec": {**post, "title": "坏的", "releaseSnapshot": "nowhere"}}),
        stored(f"{content}/snapshots", "s1", {"spec": {"rawType": "html", "contentPatch": text}}),
        stored(f"{content}/snapshots", "s2", {"spec": {"rawType": "html", "contentPatch": deltas(text, newer)}}),
        stored(f"{content}/categories", "c1", {"spec": {"displayName": "要闻", "slug": "yaowen", "children": ["c2"]}}),
        stored(f"{content}/categories", "c2", {"spec": {"displayName": "本地", "slug": "bendi"}}),
        stored(f"{content}/tags", "t1", {"spec": {"displayName": "渡口"}}),
        stored("users", "han", {"spec": {"displayName": "韩秋林"}}),
        stored(f"{content}/comments", "k1", {"spec": {**answer, "content": "好", "subjectRef": {"kind": "Post", "name": "p1"}}}),
        stored(f"{content}/replies", "r1", {"spec": {**answer, "content": "同意", "commentName": "k1", "approved": False}}),
        {"name": "/registry/content.halo.run/tags/t9", "data": "%%%", "version": 1},
    ]  # fmt: skip


def halo_zip(path: Path) -> Path:
    picture = path.parent / "a.jpg"
    Image.new("RGB", (300, 200), (60, 90, 120)).save(picture)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("extensions.data", json.dumps(halo_objects()))
        file.write(picture, "workdir/attachments/upload/a.jpg")
        file.writestr("workdir/attachments/../../../out.jpg", "no")
        file.writestr("workdir/application.yaml", "password: x")
    return path


def test_halo(tmp_path):
    archive = opened(halo_zip(tmp_path / "backup.zip"))
    posts = {post.key: post for post in archive.posts()}
    first = posts["p1"]
    assert "新的一句" in first.body
    assert "旧的一句" not in first.body
    assert (first.column, first.tags, first.authors, first.summary) == (
        "c2",
        ["要闻", "渡口"],
        ["韩秋林"],
        "摘要",
    )
    assert (first.addresses, first.published_at) == (["/archives/du-kou"], AT)
    assert [(one.text, one.is_approved, one.answers) for one in first.comments] == [
        ("好", True, ""),
        ("同意", False, "k1"),
    ]
    assert posts["p2"].state == PostState.DRAFT
    assert "回收站" in posts["p3"].reason
    assert isinstance(posts["p4"], NotTaken)
    assert {column.key: column.names for column in archive.columns()} == {
        "c1": ("要闻",),
        "c2": ("要闻", "本地"),
    }
    assert len(archive.faults()) == 1
    assert sorted(path.name for path in archive.folder.rglob("*") if path.is_file()) == ["a.jpg"]
    unpacked = archive.folder
    archive.close()
    assert not unpacked.exists()
    assert not (tmp_path.parent / "out.jpg").exists()


@pytest.mark.parametrize("data", [b"[", b"{}", b"null", b'[1, {}, {"name": 3}]'])
def test_a_damaged_backup_of_halo_is_refused_or_empty(tmp_path, data):
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as file:
        file.writestr("extensions.data", data)
    try:
        assert not list(opened(tmp_path / "b.zip").posts())
    except Unreadable as refusal:
        assert refusal.reason.endswith("。")  # noqa: PT017 either is right


@pytest.mark.django_db
def test_a_backup_of_halo_comes_in_with_its_picture(tmp_path, client):
    a_channel("本地", "bendi")
    with pytest.raises(CommandError, match="2 posts were not taken"):
        call_command(
            "move-in", str(halo_zip(tmp_path / "backup.zip")), "--channel", "bendi", stdout=StringIO()
        )
    article = Article.objects.get(title="渡口")
    assert Picture.objects.count() == 1
    assert "新的一句" in str(article.body)
    assert client.get("/archives/du-kou")["Location"] == article.get_absolute_url()


FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>旧站</title><link>https://old.example/</link>{items}</channel></rss>"""
ITEM = """<item><title>渡口第{n}天</title><link>https://old.example/2019/{n}.html</link><guid>urn:{n}</guid><category>要闻</category>
<category>渡口</category><pubDate>Sun, 01 Mar 2015 12:00:00 +0800</pubDate><description><![CDATA[<p>渡口的船从早上六点开到晚上八点，第{n}天。</p>]]></description></item>"""


def test_a_folder_of_feeds_is_one_site(tmp_path):
    for name, numbers in (("feed.xml", range(1, 4)), ("feed-2.xml", range(3, 7))):
        items = "".join(ITEM.format(n=n) for n in numbers)
        (tmp_path / name).write_text(FEED.format(items=items), encoding="utf-8")
    archive = opened(tmp_path)
    posts = sorted(archive.posts(), key=lambda post: post.title)
    assert [post.title for post in posts] == [f"渡口第{n}天" for n in range(1, 7)]
    assert (posts[0].addresses, posts[0].column, posts[0].tags) == (["/2019/1.html"], "要闻", ["渡口"])
    assert (posts[0].source, posts[0].published_at) == ("", AT)
    assert (archive.site, [column.name for column in archive.columns()]) == ("https://old.example", ["要闻"])


def test_a_real_feed_is_an_archive():
    assert OTHER.is_dir(), "needs shared/data"
    posts = list(opened(OTHER / "mg-libsyn/feed.xml").posts())
    assert [post.title for post in posts] == ["Lorem Ipsum", "Dolor Simet"]
    assert posts[0].published_at == datetime(2020, 8, 10, 7, tzinfo=UTC)


def test_a_folder_with_something_else_in_it_is_no_folder_of_feeds(tmp_path):
    (tmp_path / "feed.xml").write_text(FEED.format(items=ITEM.format(n=1)), encoding="utf-8")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(Unreadable):
        opened(tmp_path)
