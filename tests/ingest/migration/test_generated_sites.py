"""Folders of Hexo, Hugo and Jekyll as archives: what is read of them, and a whole site through the command."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image

from meiri.ingest.migration.generated_addresses import AddressRules, Generator, PlacedText
from meiri.ingest.migration.old_archive import ArchiveSource, NotTaken, OldPost, PostState
from meiri.ingest.migration.old_bodies import without_template_tags
from meiri.ingest.migration.systems import system_of
from meiri.media.models import Picture
from meiri.newsroom.models import Article
from tests.newsroom_factory import a_channel

JEKYLL = Path(__file__).resolve().parents[4] / "shared" / "data" / "migration" / "other" / "mg-jekyll-export"
NEXT_YEAR = f"{datetime.now(UTC) + timedelta(days=300):%Y-%m-%d}"
TEXT = "渡口的船从早上六点开到晚上八点，记者在现场看到，坐船的多是对岸的菜农。"


def opened(folder: Path):
    source = ArchiveSource(folder)
    return system_of(source).open(source)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def by_key(folder: Path) -> dict[str, OldPost | NotTaken]:
    return {post.key: post for post in opened(folder).posts()}


def test_hexo(tmp_path):
    archive = opened(
        write(
            tmp_path,
            {
                "_config.yml": "title: 澄江旧站\nurl: https://old.example/blog\nroot: /blog/\npermalink: :year/:month/:day/:title/\n",
                "source/_posts/du-kou.md": f"---\ntitle: 渡口的一天\ndate: 2019-03-01 08:30:00\nupdated: 2020-01-01 00:00:00\ncategories:\n  - 要闻\n  - 本地\n"
                f"tags: [渡口, 菜农]\nauthor: 韩秋林\n---\n{TEXT}\n<!-- more -->\n{{% asset_img a.jpg 200 100 渡口清晨 %}}\n",
                "source/_posts/2018/old.md": "---\ntitle: 旧文\ndate: 2018-01-02\n---\n正文。\n",
                "source/_drafts/later.md": "---\ntitle: 以后再说\n---\n正文。\n",
                "source/about/index.md": "---\ntitle: 关于\n---\n正文。\n",
                "source/_posts/du-kou/a.jpg": "",
            },
        )
    )
    posts = {post.key: post for post in archive.posts()}
    assert set(posts) == {"source/_posts/du-kou.md", "source/_posts/2018/old.md", "source/_drafts/later.md"}
    post = posts["source/_posts/du-kou.md"]
    assert (post.title, post.column, post.tags, post.authors) == (
        "渡口的一天",
        "要闻/本地",
        ["渡口", "菜农"],
        ["韩秋林"],
    )
    assert post.published_at == datetime(2019, 3, 1, 0, 30, tzinfo=UTC)
    assert post.addresses == ["/blog/2019/03/01/du-kou/"]
    assert '<img src="a.jpg" alt="渡口清晨">' in post.body
    assert post.folder == "/source/_posts/du-kou/"
    assert posts["source/_posts/2018/old.md"].addresses == ["/blog/2018/01/02/2018/old/"]
    assert posts["source/_drafts/later.md"].state == PostState.DRAFT
    assert (archive.base, [column.names for column in archive.columns()]) == (
        "https://old.example",
        [("要闻", "本地")],
    )


def test_hugo(tmp_path):
    posts = by_key(
        write(
            tmp_path,
            {
                "hugo.toml": 'baseURL = "https://old.example/"\ntitle = "旧站"\n[permalinks]\nnews = "/:year/:month/:slug/"\n',
                "content/_index.md": "---\ntitle: 首页\n---\n",
                "content/about.md": "---\ntitle: 关于\n---\n正文\n",
                "content/news/_index.md": "---\ntitle: 新闻\n---\n",
                "content/news/dukou.md": '+++\ntitle = "渡口"\ndate = 2019-03-01T08:30:00+08:00\nslug = "du kou"\naliases = ["/old/1.html"]\n'
                f'categories = ["要闻", "本地"]\ndraft = false\n+++\n{TEXT}\n\n{{{{< figure src="a.jpg" caption="渡口清晨" >}}}}\n\n{{{{< youtube abc >}}}}\n',
                "content/posts/2020/bundle/index.md": "---\ntitle: 一个文件夹\ndate: 2020-05-06\nimages: [cover.jpg]\n---\n正文\n",
                "content/posts/far.md": f"---\ntitle: 将来\ndate: {NEXT_YEAR}\n---\n正文\n",
                "content/posts/draft.md": "---\ntitle: 草稿\ndraft: true\n---\n正文\n",
                "content/posts/plain.md": "# 没有说明的文章\n\n正文\n",
            },
        )
    )
    post = posts["content/news/dukou.md"]
    assert post.addresses == ["/2019/03/du-kou/", "/old/1.html"]
    assert (post.column, post.tags) == ("要闻", ["本地"])
    assert post.warnings == ["去掉了正文里的短代码：youtube。"]
    assert "<figcaption>渡口清晨</figcaption>" in post.body
    bundle = posts["content/posts/2020/bundle/index.md"]
    assert (bundle.addresses, bundle.picture, bundle.folder, bundle.column) == (
        ["/posts/2020/bundle/"],
        "cover.jpg",
        "/posts/2020/bundle/",
        "posts",
    )
    assert posts["content/posts/far.md"].state == posts["content/posts/draft.md"].state == PostState.DRAFT
    assert posts["content/posts/plain.md"].title == "没有说明的文章"
    for page in ("content/_index.md", "content/about.md", "content/news/_index.md"):
        assert isinstance(posts[page], NotTaken)


def test_a_real_export_to_jekyll():
    assert JEKYLL.is_dir(), "needs shared/data"
    posts = by_key(JEKYLL)
    assert len(posts) == 12
    assert posts["2022-06-05-published-false.md"].state == PostState.DRAFT
    named = posts["2022-06-03-front-matter-tags-cats.md"]
    assert (named.column, named.tags) == ("Posts", ["dolor", "Simet-Amet", "Lorem Ipsum", "Articles", "News"])
    assert named.addresses == ["/posts/articles/news/2022/06/03/front-matter-tags-cats.html"]
    assert posts["2022-06-06-tag-list.md"].tags == ["some-word", "photos"]
    assert posts["2022-06-09-basename.md"].addresses == ["/2022/06/09/custom-basename.html"]
    assert posts["2021-9-1-alt-date-format.md"].published_at == datetime(2021, 8, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rules", "address"),
    [
        (AddressRules(Generator.JEKYLL, "pretty", root="/blog"), "/blog/yaowen/2019/03/01/du-kou/"),
        (AddressRules(Generator.JEKYLL, "none"), "/yaowen/du-kou.html"),
        (AddressRules(Generator.JEKYLL, "/:year/:i_month/:title:output_ext"), "/2019/3/du-kou.html"),
        (AddressRules(Generator.HEXO, "posts/:name.html"), "/posts/du-kou.html"),
        (AddressRules(Generator.HEXO, ":category/:title/"), "/yaowen/du-kou/"),
        (AddressRules(Generator.HUGO), "/du-kou/"),
    ],
)
def test_addresses(rules, address):
    at = datetime(2019, 3, 1, 8, tzinfo=UTC)
    assert rules.address_of(PlacedText("du-kou", "渡口", (), ("yaowen",), at)) == address


def test_an_address_with_a_date_is_not_made_up():
    assert AddressRules(Generator.JEKYLL).address_of(PlacedText("a", "a", (), (), None)) == ""


@pytest.mark.parametrize(
    ("text", "left", "gone"),
    [
        ("a {% raw %}b{% endraw %} c", "a b c", []),
        ("{% youtube x %}", "", ["youtube"]),
        ("{{% notice tip %}}记住{{% /notice %}}", "记住", []),
        ("100% {未完} {{ site.title }}", "100% {未完} {{ site.title }}", []),
        ("{% img left /a/b.png 3 4 图说 %}", '\n\n<figure><img src="/a/b.png" alt="图说"><figcaption>图说</figcaption></figure>\n\n', []),
        ("{% asset_img %}", "", ["asset_img"]),
    ],
)  # fmt: skip
def test_tags_of_templates(text, left, gone):
    assert without_template_tags(text) == (left, gone)


def test_no_link_leads_out_of_the_folder(tmp_path):
    (tmp_path / "secret.md").write_text("---\ntitle: 秘密\n---\n不该读到")
    site = write(tmp_path / "site", {"_posts/2020-01-01-a.md": "---\ntitle: 一\n---\n正文"})
    (site / "_posts/2020-01-02-b.md").symlink_to(tmp_path / "secret.md")
    (site / "_posts/up").symlink_to(tmp_path, target_is_directory=True)
    assert [post.title for post in opened(site).posts()] == ["一"]


@pytest.mark.django_db
def test_a_site_comes_in_with_its_pictures_and_addresses(tmp_path, client):
    a_channel("要闻", "yaowen")
    site = write(
        tmp_path / "site",
        {
            "hugo.toml": 'baseURL = "https://old.example/"\n',
            "content/yaowen/du-kou/index.md": f"---\ntitle: 渡口的一天\ndate: 2019-03-01\ncategories: [要闻]\n---\n## 清晨\n\n{TEXT}\n\n"
            f"![渡口清晨](a.jpg)\n\n![全景](/img/b.jpg)\n\n| 班次 | 时间 |\n| --- | --- |\n| 一 | 6:00 |\n\n<script>alert(1)</script>\n",
            "static/img/note.txt": "",
        },
    )
    for number, name in enumerate(("content/yaowen/du-kou/a.jpg", "static/img/b.jpg")):
        Image.new("RGB", (300, 200), (number * 60, 90, 120)).save(site / name)
    out = StringIO()
    call_command("move-in", str(site), stdout=out)
    article = Article.objects.get()
    assert (article.title, article.channel.slug, article.live) == ("渡口的一天", "yaowen", True)
    body = str(article.body)
    assert Picture.objects.count() == 2
    assert [block.block_type for block in article.body].count("image") + (article.picture is not None) >= 2
    assert "清晨" in body
    assert "6:00" in body
    assert "alert" not in body
    assert client.get("/yaowen/du-kou/")["Location"] == article.get_absolute_url()
    again = StringIO()
    call_command("move-in", str(site), stdout=again)
    assert Article.objects.count() == 1
