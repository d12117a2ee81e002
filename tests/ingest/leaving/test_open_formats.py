"""Articles out in ninjs, NewsML-G2, WXR and as pages, and back by the readers of these formats."""

import json
import re
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from meiri.ingest.leaving import exporting_articles
from meiri.ingest.leaving.chosen_articles import ChosenArticles
from meiri.ingest.leaving.exporting_articles import DONE, OPEN_FORMATS, export_articles
from meiri.ingest.leaving.newsml_files import news_message
from meiri.ingest.leaving.ninjs_files import ninjs_item
from meiri.ingest.leaving.outgoing import OutgoingArticle, whole
from meiri.ingest.leaving.site_folder import SiteRefused
from meiri.ingest.leaving.wxr_files import wordpress_export
from meiri.ingest.migration.wordpress_export import WordPressExportFile
from meiri.ingest.newsml_g2 import NewsMLG2Format
from meiri.ingest.ninjs import NinjsFormat
from meiri.ingest.parsed import ParsedArticle
from meiri.ingest.sanitise import clean
from meiri.ingest.stream import as_html
from meiri.ingest.written_body import put_body
from meiri.media.models import Picture
from meiri.newsroom.models import Article
from tests.media.test_removing import a_picture
from tests.newsroom_factory import a_channel, an_article

signs = st.sampled_from(
    [*"春江水暖鸭先知，。！？“”《》·—… aZ09&;'\"[]{}/\\#%@+=|~^", "𠮷", "é", "<", ">", "gallery"]
)
words = (
    st.lists(signs, min_size=1, max_size=30).map(lambda all_: " ".join("".join(all_).split())).filter(bool)
)
# What looks like a tag in a title is one for WordPress.
titles = words.filter(lambda text: "<" not in text).map(lambda text: f"标题{text}")
names = st.text(st.sampled_from("王林晚舟周牧之许望舒"), min_size=2, max_size=4)
few_names = st.lists(names, max_size=3, unique=True)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2026, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


def in_element(tag: str):
    return words.map(lambda text: clean(f"<{tag}>{_escaped(text)}</{tag}>"))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


blocks = st.one_of(
    in_element("p"),
    in_element("p"),
    in_element("h2"),
    in_element("blockquote"),
    st.builds(lambda one, two: f"<ul><li>{_escaped(one)}</li><li>{_escaped(two)}</li></ul>", words, words),
    st.builds(lambda one, two: f"<p>{_escaped(one)}<strong>{_escaped(two)}</strong></p>", words, words),
    st.builds(
        lambda one, two: (
            f'<table><tbody><tr><td colspan="2">{_escaped(one)}</td></tr>'
            f"<tr><td>{_escaped(two)}</td><td>9</td></tr></tbody></table>"
        ),
        words,
        words,
    ),
    words.map(
        lambda text: (
            f'<figure><img src="/media/pictures/a.jpg"><figcaption>{_escaped(text)}</figcaption></figure>'
        )
    ),
    words.map(lambda text: f'<p><a href="https://example.com/?a=1&amp;b=2">{_escaped(text)}</a></p>'),
)
articles = st.builds(
    OutgoingArticle,
    key=st.integers(1, 10**9),
    address=st.just("https://meiri.example/keji/2025/1123/42.html"),
    title=titles,
    published_at=moments,
    site=st.just("每日新闻网"),
    kicker=st.one_of(st.just(""), words),
    subtitle=st.one_of(st.just(""), words),
    summary=st.one_of(st.just(""), titles),
    channel=st.just("keji"),
    channel_name=st.just("科技"),
    source=st.one_of(st.just(""), names),
    dateline=st.one_of(st.just(""), names),
    editor=st.one_of(st.just(""), names),
    authors=few_names,
    tags=few_names,
    body=st.lists(blocks, min_size=1, max_size=6).map(lambda parts: "<p>开头。</p>\n" + "\n".join(parts)),
    picture=st.sampled_from(["", "/media/pictures/lead.jpg"]),
)


def as_read(body: str) -> str:
    """A body as any reader leaves it: its blocks, cleaned."""
    article = ParsedArticle()
    put_body(article, body)
    return article.body


def with_own_pictures(body: str) -> str:
    return body.replace("/media/pictures/a.jpg", "media/pictures/a.jpg")


def check_wire(article: OutgoingArticle, found) -> None:
    read = found.article
    assert read.title == article.title
    assert read.body == as_read(with_own_pictures(article.body))
    assert read.published_at == article.published_at
    assert read.authors == article.authors
    assert read.source == (article.source or article.site)
    assert found.extras.dateline == article.dateline
    assert found.wire.subject_names == ["科技", *article.tags]
    assert found.wire.guid
    # A summary that the text begins with is none.
    assert read.summary in ("", article.summary)


@given(articles)
@settings(max_examples=40)
def test_ninjs_comes_back(article):
    written = json.dumps([ninjs_item(article), ninjs_item(article)]).encode()
    items = list(NinjsFormat().read(BytesIO(written)))
    assert len(items) == 2
    check_wire(article, items[0].read())


@given(articles)
@settings(max_examples=40)
def test_newsml_comes_back(article):
    written = etree.tostring(news_message([article, article], datetime(2026, 1, 1, tzinfo=UTC)))
    items = [item.read() for item in NewsMLG2Format().read(BytesIO(written))]
    assert len(items) == 2
    check_wire(article, items[0])
    assert items[0].article.summary == article.summary
    assert items[0].article.subtitle == article.subtitle


@given(articles)
@settings(max_examples=40)
def test_wordpress_comes_back(tmp_path_factory, article):
    path = tmp_path_factory.getbasetemp() / "wordpress.xml"
    path.write_bytes(etree.tostring(wordpress_export([article])))
    archive = WordPressExportFile(path)
    (post,) = archive.posts()
    assert archive.faults() == []
    assert post.title == article.title
    assert as_read(post.body) == as_read(article.body_with(whole))
    assert post.published_at == article.published_at
    assert post.column == "keji"
    assert [column.names for column in archive.columns()] == [("科技",)]
    assert post.authors == article.authors
    assert post.tags == article.tags
    assert post.summary == article.summary
    assert post.picture.endswith(article.picture)
    assert bool(post.picture) == bool(article.picture)


def test_newsml_is_valid(shared_data):
    schema = shared_data / "newswire/newsml-g2/examples/NewsML-G2_2.24-spec-All-Core.xsd"
    article = OutgoingArticle(
        42, "https://meiri.example/keji/2025/1123/42.html", "一个标题", datetime(2025, 11, 23, 8, tzinfo=UTC), "每日新闻网",
        "引题", "副题", "摘要", "keji", "科技", "江南晚讯", "杭州11月23日电", "林晚舟", ["许望舒"], ["农业"],
        '<p>正文<br>第二行</p><figure><img src="/media/a.jpg"></figure>', "/media/a.jpg",
    )  # fmt: skip
    message = etree.fromstring(etree.tostring(news_message([article], datetime(2026, 1, 1, tzinfo=UTC))))
    etree.XMLSchema(etree.parse(schema)).assertValid(message)


def test_ninjs_says_nothing_that_the_standard_does_not_know(shared_data):
    schema = json.loads((shared_data / "newswire/ninjs/specification/ninjs-schema_3.1.json").read_text())
    known = schema["$defs"]["ninjsType"]["properties"]
    article = OutgoingArticle(
        42, "https://meiri.example/42.html", "一个标题", datetime(2025, 11, 23, 8, tzinfo=UTC), "每日新闻网",
        "引题", "副题", "摘要", "keji", "科技", "江南晚讯", "杭州11月23日电", "林晚舟", ["许望舒"], ["农业"], "<p>正文</p>", "/media/a.jpg",
        "每日图片社", "© 每日图片社", "人工智能生成",
    )  # fmt: skip
    item = ninjs_item(article)
    assert item.keys() <= known.keys()
    for name, value in item.items():
        if isinstance(value, list):
            of_item = known[name]["items"].get("properties", {}).keys()
            extra = known.keys() if name == "associations" else set()
            assert all(one.keys() <= of_item | extra for one in value), name


@pytest.fixture
def newsroom(db, tmp_path, settings):
    """Seven articles, one with a picture; the folder to write into."""
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    picture = a_picture("田野", size=(700, 500))
    for n in range(7):
        channel = a_channel() if n % 2 else a_channel("要闻", "yaowen")
        text = [("text", f"<p>第{n}条的正文，写了一些事情。</p>")]
        if n == 3:
            text.append(("image", {"image": picture, "caption": "一张图", "credit": ""}))
        an_article(f"第{n}条要导出的稿件", channel=channel, text=text)
    return tmp_path / "out"


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != DONE
    }


def count_in(folder: Path) -> int:
    return json.loads((folder / DONE).read_text())["articles"]


@pytest.mark.parametrize("name", OPEN_FORMATS)
def test_filters_choose_and_an_interrupted_export_goes_on(newsroom, name, monkeypatch):
    def to(folder, *filters):
        call_command(
            "export", "--to", str(folder), "--format", name, *filters, stdout=StringIO(), stderr=StringIO()
        )
        return count_in(folder)

    assert to(newsroom / "all") == 7
    assert to(newsroom / "channel", "--channel", "keji") == 3
    assert to(newsroom / "until", "--until", "2001-01-01") == 0
    assert to(newsroom / "since", "--since", "2001-01-01", "--channel", "yaowen") == 4
    with pytest.raises(CommandError, match="no channel"):
        to(newsroom / "none", "--channel", "nowhere")
    with pytest.raises(CommandError, match="holds a whole export"):
        to(newsroom / "all")

    monkeypatch.setattr(exporting_articles, "ARTICLES_A_BATCH", 2)
    left = iter([1])

    def stop(count):
        if next(left, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_articles(newsroom / "cut", name, ChosenArticles(), stop)
    assert not (newsroom / "cut" / DONE).exists()
    with pytest.raises(SiteRefused, match="something else"):
        export_articles(newsroom / "cut", name, ChosenArticles(channel=a_channel()))
    assert export_articles(newsroom / "cut", name, ChosenArticles()) == 7
    export_articles(newsroom / "whole", name, ChosenArticles())
    cut, whole = files_of(newsroom / "cut"), files_of(newsroom / "whole")
    assert cut.keys() == whole.keys()
    if name != "newsml-g2":  # each message says when it was sent
        assert cut == whole


@pytest.mark.parametrize(
    ("name", "file"), [("ninjs", "ninjs.00001.json"), ("newsml-g2", "newsml-g2.00001.xml")]
)
def test_wires_are_imported_again_with_their_pictures(newsroom, name, file, capsys):
    call_command("export", "--to", str(newsroom), "--format", name, "--channel", "keji")
    before = {article.title: words_of(article) for article in Article.objects.filter(channel__slug="keji")}
    Article.objects.all().delete()
    capsys.readouterr()
    call_command("import", str(newsroom / file), "--json", "--publish", "--channel", "keji")
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["status"] for record in records] == ["imported"] * 3
    assert {article.title: words_of(article) for article in Article.objects.all()} == before
    assert "<img" in as_html(Article.objects.get(title="第3条要导出的稿件").body)


def words_of(article) -> str:
    return re.sub(r"\s*<[^>]*>\s*", " ", as_html(article.body)).strip()


def test_wordpress_moves_in_again_with_its_pictures(newsroom):
    call_command("export", "--to", str(newsroom), "--format", "wxr")
    before = {
        a.title: (words_of(a), a.published_at.replace(microsecond=0), a.channel)
        for a in Article.objects.all()
    }
    Article.objects.all().delete()
    call_command("move-in", str(newsroom / "wordpress.00001.xml"), stdout=StringIO())
    after = {a.title: (words_of(a), a.published_at, a.channel) for a in Article.objects.live()}
    assert after == before
    assert "<img" in as_html(Article.objects.get(title="第3条要导出的稿件").body)


@pytest.mark.parametrize("name", OPEN_FORMATS)
def test_a_picture_that_was_taken_down_does_not_leave(newsroom, name):
    Picture.objects.update(withdrawn_at=timezone.now(), withdrawal_reason="授权到期")
    call_command("export", "--to", str(newsroom), "--format", name)
    assert not list(newsroom.glob("media/**/*.*"))
    written = b"".join(content for path, content in files_of(newsroom).items() if path != "style.css")
    assert "图片已撤下".encode() in written
    assert b"<img" not in written


def test_every_link_of_the_static_site_leads_to_a_file(newsroom):
    call_command("export", "--to", str(newsroom), "--format", "html")
    pages = list(newsroom.rglob("*.html"))
    reached, waiting = set(), [newsroom / "index.html"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        tree = html.fromstring(page.read_bytes())
        for _, attribute, link, _ in tree.iterlinks():
            if not link.startswith("http"):
                target = (page.parent / unquote(link)).resolve()
                assert target.is_file(), (page, link)
                assert target.is_relative_to(newsroom)
                if target.suffix == ".html":
                    waiting.append(target)
            assert attribute != "src" or not link.startswith("http")
    assert reached == set(pages)
    assert len(pages) >= 7 + 3
