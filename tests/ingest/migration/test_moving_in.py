"""`meiri move-in`: archives of other systems through the command, and their old addresses through the site."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from bench._old_sites import old_address, posts, write_empire, write_wxr, wxr_address
from meiri.audience.models import ArticleViews
from meiri.comments.models import Comment
from meiri.ingest.migration.old_archive import ArchiveSource, OldPost
from meiri.ingest.migration.systems import system_of
from meiri.ingest.models import MovedPost, MoveIn, OldAddress
from meiri.journal.models import Entry
from meiri.media.models import Picture
from meiri.members.models import User
from meiri.newsroom.models import Article, Origin
from tests.members.people import code_in
from tests.newsroom_factory import a_channel

pytestmark = pytest.mark.django_db
WXR = Path(__file__).resolve().parents[4] / "shared" / "data" / "migration" / "wxr"
ARTICLES = [
    (
        f"澄江第{n}条消息",
        f"<p>第{n}天，誠邀各界参加“北岭”开幕式，它说：'好'。</p><p>记者在现场看到{n}个人。</p>",
    )
    for n in range(1, 40)
]


def move_in(*arguments) -> str:
    out = StringIO()
    call_command("move-in", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def channels():
    return [a_channel("要闻", "yaowen"), a_channel("科技", "keji"), a_channel("体育", "tiyu")]


@pytest.fixture
def empire(tmp_path):
    """A dump of 帝国 with its pictures beside it."""
    folder = tmp_path / "old"
    (folder / "d/file/news").mkdir(parents=True)
    for number in range(4):
        Image.new("RGB", (300, 200), (number * 60, 90, 120)).save(folder / f"d/file/news/{number}.jpg")
    write_empire(folder / "phome.sql", ARTICLES, 30)
    return folder / "phome.sql"


def counts() -> tuple:
    return (
        Article.objects.count(),
        Entry.objects.count(),
        MovedPost.objects.count(),
        OldAddress.objects.count(),
        Comment.objects.count(),
        Picture.objects.count(),
    )


def test_a_dump_of_empire_comes_in_whole_and_once(channels, empire, client):
    shown = move_in(empire, "--look")
    assert "30 篇" in shown
    assert "新闻 / 要闻 → yaowen" in shown
    assert "新闻 → （还没有对应的频道）" in shown
    with pytest.raises(CommandError, match="7 posts were not taken"):
        move_in(empire)
    assert Article.objects.count() == 23
    move_in(empire, "--channel", "yaowen")
    assert Article.objects.live().count() == 30
    for number, title, _, moment in posts(ARTICLES, 30):
        article = Article.objects.get(title=title)
        assert article.published_at == moment
        assert [byline.author.name for byline in article.bylines.all()] == [f"记者{number % 50}"]
        assert article.source.name == f"来源{number % 30}报"
        assert article.origin == Origin.REPRINT
        assert ArticleViews.objects.get(article=article).imported == number * 3
        answer = client.get(old_address(number, moment) + "?from=weixin")
        assert (answer.status_code, answer["Location"]) == (301, article.get_absolute_url())
        if number % 7 == 0:
            assert "誠" in str(article.body)
            assert "empirenews" not in str(article.body)
            assert client.get(old_address(number, moment).replace(".html", "_2.html")).status_code == 301
        comments = Comment.objects.filter(article=article)
        assert [c.text for c in comments] == ([f"说得好，{number}。"] if number % 5 == 0 else [])
        assert all((c.created_at - moment).total_seconds() == 60 for c in comments)
    assert {
        a.picture is not None for a in Article.objects.filter(title__in=["澄江第11条消息", "澄江第21条消息"])
    } == {True}
    assert (
        client.get("/e/action/ShowInfo.php?classid=2&id=1")["Location"]
        == Article.objects.get(title="澄江第2条消息").get_absolute_url()
    )
    assert client.get("/d/file/news/1.jpg")["Location"] == client.get("/d/file/news/1.jpg?v=2")["Location"]
    assert client.get("/news/yaowen/")["Location"] == "/yaowen/"
    before = counts()
    move_in(empire, "--channel", "yaowen")
    assert counts() == before


def test_a_run_that_ends_in_the_middle_is_gone_on_with(channels, empire, monkeypatch):
    from meiri.ingest.migration import moving_in

    monkeypatch.setattr(moving_in, "STEP", 10)
    with moving_in.opened(empire) as one:
        steps = moving_in.run(one, channels[0])
        next(steps)
        steps.close()
    assert MoveIn.objects.get().state == "paused"
    assert Article.objects.count() == 10
    assert "迁入 20 篇" in move_in(empire, "--channel", "yaowen")
    assert Article.objects.count() == Article.objects.values("title").distinct().count() == 30


def test_undoing_leaves_what_somebody_touched(channels, empire, client):
    move_in(empire, "--channel", "yaowen")
    changed = Article.objects.get(title="澄江第2条消息")
    changed.summary = "新的摘要"
    changed.save_revision()
    assert "撤销 29 篇" in move_in(empire, "--undo")
    assert [article.title for article in Article.objects.all()] == ["澄江第2条消息"]
    number, _, _, moment = next(iter(posts(ARTICLES, 1)))
    assert client.get(old_address(number, moment))["Location"] == changed.get_absolute_url()
    assert Picture.objects.count() == 0
    assert "迁入 29 篇" in move_in(empire, "--channel", "yaowen")


def test_a_trial_stores_nothing(channels, empire):
    before = counts()
    shown = move_in(empire, "--dry-run")
    assert "2009-03-01" in shown
    assert "栏目“新闻”没有对应的频道" in shown
    assert "图片 1/1" in shown
    assert counts() == before


def test_the_mapping_is_a_file_that_editors_change(channels, empire, tmp_path):
    file = tmp_path / "mapping.json"
    move_in(empire, "--look", "--mapping", file)
    mapping = json.loads(file.read_text())
    assert mapping["1"]["channel"] == ""
    mapping["1"]["channel"] = "tiyu"
    file.write_text(json.dumps(mapping))
    move_in(empire, "--mapping", file, "--drafts")
    assert Article.objects.filter(live=False, channel__slug="tiyu").count() == 14
    mapping["1"]["channel"] = "nowhere"
    file.write_text(json.dumps(mapping))
    with pytest.raises(CommandError, match="没有频道“nowhere”"):
        move_in(empire, "--mapping", file)


def test_an_export_of_wordpress_comes_in_with_its_addresses(channels, empire, tmp_path, client):
    file = empire.parent / "wordpress.xml"
    write_wxr(file, ARTICLES, 30)
    move_in(file, "--channel", "yaowen")
    for number, title, _, moment in posts(ARTICLES, 30):
        article = Article.objects.get(title=title)
        assert article.origin == Origin.ORIGINAL
        assert article.published_at == moment
        for address in (wxr_address(number, moment), wxr_address(number, moment).rstrip("/")):
            assert client.get(address)["Location"] == article.get_absolute_url()
        assert (article.picture is not None) == (number in (10, 20, 30))
    report = tmp_path / "report.csv"
    before = counts()
    move_in(file, "--channel", "yaowen", "--report", report)
    assert counts() == before
    assert report.read_text(encoding="utf-8-sig").startswith("旧编号,标题")


def test_every_real_export_is_read_to_its_end(tmp_path):
    assert WXR.is_dir(), "needs shared/data"
    found = {}
    for file in sorted(WXR.glob("*.xml")):
        source = ArchiveSource(file)
        archive = system_of(source).open(source)
        items = list(archive.posts())
        assert all(isinstance(one, OldPost) or one.reason.endswith("。") for one in items), file
        found[file.name] = [one for one in items if isinstance(one, OldPost)]
    assert sum(map(len, found.values())) > 130
    [comprehensive] = found["wxr-comprehensive.xml"]
    assert comprehensive.authors == ["Alice"]
    assert len(comprehensive.comments) == 1
    assert [post.title for post in found["malformed-simple.xml"]] == ["Broken"]


def test_a_real_export_comes_in_and_what_does_not_is_reported(channels, tmp_path):
    report = tmp_path / "report.csv"
    with pytest.raises(CommandError, match="were not taken"):
        move_in(WXR / "theme-unit-test-data.xml", "--channel", "yaowen", "--report", report)
    assert Article.objects.live().filter(title="Template: Featured Image (Vertical)").exists()
    assert MovedPost.objects.filter(fate="imported").count() > 40
    assert Comment.objects.exclude(reply_to=None).exists()
    lines = report.read_text(encoding="utf-8-sig").splitlines()
    assert any("这是独立页面" in line for line in lines)
    assert any("私密或有密码" in line for line in lines)


def test_what_is_no_archive_is_refused_with_what_would_be(tmp_path):
    for name, content in (
        ("a.xml", b"<page><title>x</title></page>"),
        ("b.sql", b"SELECT 1;"),
        ("c", b""),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CommandError, match="没有认出这是哪个系统的数据"):
            move_in(tmp_path / name)
    with pytest.raises(CommandError, match="没有这个文件"):
        move_in(tmp_path / "nothing")


def test_an_old_address_costs_one_query_and_only_where_nothing_is(channels, empire, client):
    move_in(empire, "--channel", "yaowen")
    _number, title, _, _moment = next(iter(posts(ARTICLES, 1)))
    client.get("/nothing-here.html")
    with CaptureQueriesContext(
        connection,
    ) as nothing:
        assert client.get("/nothing-there.html").status_code == 404
    assert len([q for q in nothing if "ingest_oldaddress" in q["sql"]]) == 1
    article = Article.objects.get(title=title)
    with CaptureQueriesContext(connection) as found:
        assert client.get(article.get_absolute_url()).status_code == 200
    assert not [q for q in found if "ingest_oldaddress" in q["sql"]]


def test_members_come_in_without_a_password_and_without_a_mail(channels, empire, client, mailoutbox):
    empire.write_bytes(
        empire.read_bytes()
        + (
            "CREATE TABLE `phome_enewsmember` (`userid` int, `username` char(20), `password` char(32), `email` char(50), `registertime` int);\n"
            "INSERT INTO `phome_enewsmember` VALUES (1,'北岭读者','e10adc3949ba59abbe56e057f20f883e','Du@old.example',1300000000),"
            "(2,'重复','x','du@old.example',1300000000),(3,'无信箱','x','',1300000000);\n"
        ).encode("gbk")
    )
    said = move_in(empire, "--channel", "yaowen", "--members")
    assert "新建 1 个，已有 1 个，没有可用邮箱的 1 个" in said
    assert mailoutbox == []
    member = User.objects.get(email="du@old.example")
    assert (member.nickname, member.date_joined.year, member.has_usable_password()) == (
        "北岭读者",
        2011,
        False,
    )
    assert "新建 0 个" in move_in(empire, "--channel", "yaowen", "--members")
    client.post("/members/login/code/", {"contact": "du@old.example"})
    client.post("/members/login/code/confirm/", {"code": code_in(mailoutbox[0].body)})
    new = "澄江河边的老槐树-2026"
    client.post("/members/password/", {"new_password1": new, "new_password2": new})
    member.refresh_from_db()
    assert member.check_password(new)
