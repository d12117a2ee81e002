"""What archives of each system hold, read from small ones in the systems' own forms; and from real exports of others."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from meiri.ingest.migration.old_archive import ArchiveSource, NotTaken, OldPost, PostState
from meiri.ingest.migration.systems import system_of
from meiri.ingest.other_formats import format_of_text, refusal_of
from meiri.ingest.parsed import Unreadable

OTHER = Path(__file__).resolve().parents[4] / "shared" / "data" / "migration" / "other"
AT = datetime(2015, 3, 1, 4, 0, tzinfo=UTC)
SECONDS = int(AT.timestamp())


def dump(folder: Path, tables: dict[str, list[dict]]) -> Path:
    """A dump as phpMyAdmin writes it, in GBK."""
    lines = ["SET NAMES gbk;"]
    for table, rows in tables.items():
        columns = list(rows[0])
        names = ", ".join(f"`{name}`" for name in columns)
        lines.append(
            f"CREATE TABLE `{table}` ({', '.join(f'`{name}` text' for name in columns)}) TYPE=MyISAM;"
        )
        for row in rows:
            values = ", ".join(_literal(row[name]) for name in columns)
            lines.append(f"INSERT INTO `{table}` ({names}) VALUES ({values});")  # noqa: S608
    path = folder / "old.sql"
    path.write_text("\n".join(lines), encoding="gbk")
    return path


def _literal(value) -> str:
    return (
        str(value)
        if isinstance(value, int)
        else "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"
    )


def opened(path: Path):
    source = ArchiveSource(path)
    return system_of(source).open(source)


def test_dede(tmp_path):
    archive = opened(
        dump(
            tmp_path,
            {
                "dede_arctype": [
                    {"id": 1, "reid": 0, "typename": "新闻", "typedir": "{cmspath}/a/xinwen", "namerule": "{typedir}/{Y}/{M}{D}/{aid}.html"},
                    {"id": 2, "reid": 1, "typename": "社会", "typedir": "{cmspath}/a/shehui", "namerule": ""},
                ],
                "dede_archives": [
                    {"id": 7, "typeid": 1, "title": "第七条", "writer": "韩秋林 沈砚", "source": "澄江日报", "litpic": "/uploads/a.jpg",
                     "pubdate": SECONDS, "senddate": SECONDS, "keywords": "农业,水利", "description": "摘要", "click": 99, "arcrank": 0, "filename": ""},
                    {"id": 8, "typeid": 2, "title": "待审", "writer": "", "source": "", "litpic": "", "pubdate": SECONDS, "senddate": SECONDS,
                     "keywords": "", "description": "", "click": 0, "arcrank": -1, "filename": "zidingyi"},
                    {"id": 9, "typeid": 2, "title": "回收", "writer": "", "source": "", "litpic": "", "pubdate": SECONDS, "senddate": SECONDS,
                     "keywords": "", "description": "", "click": 0, "arcrank": -2, "filename": ""},
                ],
                "dede_addonarticle": [{"aid": 7, "typeid": 1, "body": "<p>一</p>#p#第二页#e#<p>二</p>", "redirecturl": ""}],
                "dede_addonimages": [
                    {"aid": 8, "typeid": 2, "imgurls": "{dede:img ddimg='' text='图说' width='1'} /uploads/b.jpg {/dede:img}"}
                ],
                "dede_feedback": [{"id": 3, "aid": 7, "username": "网友", "dtime": SECONDS, "ischeck": 1, "msg": "好"}],
                "dede_sysconfig": [{"varname": "cfg_cmspath", "value": "/cms"}, {"varname": "cfg_basehost", "value": "http://old.example"}],
            },
        )
    )  # fmt: skip
    seventh, waiting, gone = archive.posts()
    assert isinstance(seventh, OldPost)
    assert (seventh.authors, seventh.source, seventh.views, seventh.tags) == (
        ["韩秋林", "沈砚"],
        "澄江日报",
        99,
        ["农业", "水利"],
    )
    assert seventh.addresses == [
        "/plus/view.php?aid=7",
        "/cms/a/xinwen/2015/0301/7.html",
        "/cms/a/xinwen/2015/0301/7_2.html",
    ]
    assert "<h2>第二页</h2>" in seventh.body
    assert [comment.text for comment in seventh.comments] == ["好"]
    assert seventh.published_at == AT
    assert isinstance(waiting, OldPost)
    assert (waiting.state, waiting.addresses[1]) == (PostState.DRAFT, "/cms/a/shehui/2015/0301/zidingyi.html")
    assert '<img src="/uploads/b.jpg"' in waiting.body
    assert "图说" in waiting.body
    assert isinstance(gone, NotTaken)
    assert [(column.names, column.address) for column in archive.columns()] == [
        (("新闻",), "/cms/a/xinwen/"),
        (("新闻", "社会"), "/cms/a/shehui/"),
    ]


def test_phpcms(tmp_path):
    post = {"id": 12, "catid": 6, "title": "标题", "thumb": "", "keywords": "a b", "description": "", "status": 99, "islink": 0,
            "url": "http://old.example/html/2015/news_0301/12-1.html", "username": "admin", "inputtime": SECONDS, "updatetime": SECONDS}  # fmt: skip
    archive = opened(
        dump(
            tmp_path,
            {
                "v9_category": [{"catid": 6, "parentid": 0, "catname": "国内", "catdir": "guonei", "parentdir": "", "url": "/guonei/"}],
                "v9_model": [{"modelid": 1, "tablename": "news"}],
                "v9_news": [post, {**post, "id": 13, "status": 1, "url": ""}, {**post, "id": 14, "islink": 1}],
                "v9_news_data": [{"id": 12, "content": "<p>一</p>[page]第二页[/page]<p>二</p>", "copyfrom": "澄江日报|3"}],
                "v9_hits": [{"hitsid": "c-1-12", "views": 77}],
                "v9_comment_data_1": [
                    {"id": 1, "commentid": "content_6-12-1", "username": "网友", "creat_at": SECONDS, "status": 1, "content": "好"},
                    {"id": 2, "commentid": "content_6-120-1", "username": "网友", "creat_at": SECONDS, "status": 1, "content": "别的"},
                ],
            },
        )
    )  # fmt: skip
    twelfth, draft, link = archive.posts()
    assert (twelfth.source, twelfth.views, twelfth.tags, twelfth.column) == ("澄江日报", 77, ["a", "b"], "6")
    assert twelfth.addresses[1:] == ["/html/2015/news_0301/12-1.html", "/html/2015/news_0301/12-2.html"]
    assert [comment.text for comment in twelfth.comments] == ["好"]
    assert draft.state == PostState.DRAFT
    assert "只是一条链接" in link.reason


def test_discuz_portal(tmp_path):
    archive = opened(
        dump(
            tmp_path,
            {
                "pre_portal_category": [{"catid": 2, "upid": 0, "catname": "本地", "foldername": "bendi"}],
                "pre_portal_article_title": [
                    {"aid": 5, "catid": 2, "title": "标题", "author": "记者", "from": "澄江日报", "fromurl": "http://a.example/", "summary": "",
                     "pic": "portal/a.jpg", "remote": 0, "dateline": SECONDS, "status": 0}
                ],
                "pre_portal_article_content": [
                    {"cid": 2, "aid": 5, "title": "第二页", "content": "<p>二</p>", "pageorder": 2},
                    {"cid": 1, "aid": 5, "title": "", "content": "<p>一[b]粗[/b]</p>", "pageorder": 1},
                ],
                "pre_portal_article_count": [{"aid": 5, "viewnum": 8}],
                "pre_portal_comment": [
                    {"cid": 1, "id": 5, "idtype": "aid", "username": "网友", "dateline": SECONDS, "message": "好", "status": 0}
                ],
            },
        )
    )  # fmt: skip
    [post] = archive.posts()
    assert post.body == "<p>一粗</p>\n<h2>第二页</h2><p>二</p>"
    assert post.addresses == ["/portal.php?mod=view&aid=5", "/article-5-1.html", "/article-5-2.html"]
    assert (post.views, post.picture, len(post.comments)) == (8, "/data/attachment/portal/a.jpg", 1)


def test_wordpress_as_a_dump(tmp_path):
    post = {"ID": 12, "post_author": 1, "post_date": "2015-03-01 12:00:00", "post_date_gmt": "0000-00-00 00:00:00", "post_title": "标题",
            "post_content": "一\n\n[caption width=\"9\"]<img src=\"/a.jpg\"> 图说[/caption]\n\n二", "post_excerpt": "", "post_status": "publish",
            "post_password": "", "post_name": "biaoti", "post_type": "post", "guid": ""}  # fmt: skip
    archive = opened(
        dump(
            tmp_path,
            {
                "wp_posts": [post, {**post, "ID": 13, "post_type": "attachment", "guid": "http://old.example/t.jpg"}],
                "wp_postmeta": [{"post_id": 12, "meta_key": "_thumbnail_id", "meta_value": "13"}],
                "wp_terms": [{"term_id": 3, "name": "要闻", "slug": "yaowen"}],
                "wp_term_taxonomy": [{"term_taxonomy_id": 9, "term_id": 3, "taxonomy": "category", "parent": 0}],
                "wp_term_relationships": [{"object_id": 12, "term_taxonomy_id": 9, "term_order": 0}],
                "wp_users": [{"ID": 1, "user_login": "han", "user_email": "", "display_name": "韩秋林", "user_registered": ""}],
                "wp_comments": [
                    {"comment_ID": 1, "comment_post_ID": 12, "comment_author": "网友", "comment_date": "2015-03-01 12:01:00",
                     "comment_date_gmt": "", "comment_content": "好", "comment_approved": "1", "comment_type": "", "comment_parent": 0}
                ],
                "wp_options": [
                    {"option_name": "home", "option_value": "http://old.example"},
                    {"option_name": "permalink_structure", "option_value": "/%year%/%monthnum%/%postname%/"},
                ],
            },
        )
    )  # fmt: skip
    [found] = archive.posts()
    assert (found.authors, found.column, found.picture) == (["韩秋林"], "yaowen", "http://old.example/t.jpg")
    assert found.addresses == ["/2015/03/biaoti/", "/?p=12"]
    assert found.published_at == AT
    assert "<figcaption>图说</figcaption>" in found.body
    assert [comment.text for comment in found.comments] == ["好"]


def test_ghost():
    assert OTHER.is_dir(), "needs shared/data"
    posts = {post.title: post for post in opened(OTHER / "ghost.json").posts()}
    assert posts["Post 1"].authors == ["Alice Johnson"]
    assert posts["Post 1"].addresses == ["/post-1/"]
    assert "https://example.com/images/lexical-image.jpg" in posts["Post 3 - Lexical"].body


def posts_or_refusal(path: Path) -> list[OldPost | NotTaken] | str:
    try:
        return list(opened(path).posts())
    except Unreadable as refusal:
        return refusal.reason


def test_every_real_file_is_taken_or_refused_with_a_sentence():
    assert OTHER.is_dir(), "needs shared/data"
    taken = set()
    for file in sorted(path for path in OTHER.rglob("*") if path.is_file()):
        found = posts_or_refusal(file)
        if isinstance(found, str):
            assert found.endswith("。"), file
        else:
            taken.add(file.name)
            assert all(isinstance(one, OldPost) or one.reason.endswith("。") for one in found), file
    assert taken >= {"ghost.json", "sample.xml", "co-authors-plus.xml", "posts-only.xml"}


@pytest.mark.parametrize(
    "content",
    ["{", '{"db": [{"data": {"posts": 1}}], "exported_on": 1}', '{"posts":[{"lexical":"{"}],"data":1}'],
)
def test_a_damaged_export_of_ghost_is_refused_or_empty(tmp_path, content):
    (tmp_path / "ghost.json").write_text(content)
    found = posts_or_refusal(tmp_path / "ghost.json")
    assert (
        found.endswith("。")
        if isinstance(found, str)
        else not [one for one in found if isinstance(one, OldPost)]
    )


@pytest.mark.parametrize(
    ("begins", "sentence"),
    [
        ("INSERT INTO `typecho_contents` VALUES (1);", "请用“迁入旧站”。"),
        ('<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>', "请用“迁入旧站”。"),
        ('{"db": [{"meta": {}, "data": {"posts": []}}]}', "请用“迁入旧站”。"),
        ("INSERT INTO `met_news` VALUES (1);", "现在还不能导入。"),
    ],
)
def test_who_imports_the_data_of_a_site_as_an_article_is_shown_the_way(begins, sentence):
    assert refusal_of(format_of_text(begins)).endswith(sentence)
