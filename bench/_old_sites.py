"""Archives of old sites as their systems write them: WordPress's export and a dump of 帝国CMS in GBK, with what real ones hold."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import zstandard

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
COLUMNS = (
    (1, 0, "新闻", "news"),
    (2, 1, "要闻", "news/yaowen"),
    (3, 1, "科技", "news/keji"),
    (4, 0, "体育", "tiyu"),
)
PAGE = "[!--empirenews.page--]"
FIRST_DAY = datetime(2009, 3, 1, tzinfo=UTC)
# One in so many posts has a picture, several pages, comments.
WITH_PICTURE, WITH_PAGES, WITH_COMMENT = 10, 7, 5
PICTURES = 20
_CLASS = (
    "CREATE TABLE `phome_enewsclass` (\n  `classid` smallint(5) unsigned NOT NULL AUTO_INCREMENT,\n  `bclassid` smallint(5) NOT NULL,\n"
    "  `classname` varchar(50) NOT NULL DEFAULT '',\n  `classpath` text NOT NULL,\n  `filetype` varchar(10) NOT NULL,\n"
    "  `tbname` varchar(60) NOT NULL,\n  PRIMARY KEY (`classid`)\n) ENGINE=MyISAM DEFAULT CHARSET=gbk;\n"
)
_NEWS = (
    "CREATE TABLE `phome_ecms_news` (\n  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,\n  `classid` smallint(5) unsigned NOT NULL,\n"
    "  `onclick` int(10) NOT NULL,\n  `newspath` char(20) NOT NULL,\n  `keyboard` char(80) NOT NULL,\n  `username` char(20) NOT NULL,\n"
    "  `truetime` int(10) NOT NULL,\n  `titleurl` char(200) NOT NULL,\n  `stb` tinyint(3) NOT NULL DEFAULT '1',\n  `isurl` tinyint(1) NOT NULL,\n"
    "  `filename` char(36) NOT NULL,\n  `newstime` int(10) NOT NULL,\n  `title` char(100) NOT NULL,\n  `titlepic` char(120) NOT NULL,\n"
    "  `ftitle` char(120) NOT NULL,\n  `smalltext` char(255) NOT NULL,\n  PRIMARY KEY (`id`),\n  KEY `classid` (`classid`)\n"
    ") ENGINE=MyISAM DEFAULT CHARSET=gbk;\n"
)
_BODY = (
    "CREATE TABLE `phome_ecms_news_data_1` (\n  `id` int(10) unsigned NOT NULL,\n  `classid` smallint(5) unsigned NOT NULL,\n"
    "  `writer` varchar(30) NOT NULL,\n  `befrom` varchar(60) NOT NULL,\n  `newstext` mediumtext NOT NULL,\n  `infotags` varchar(80) NOT NULL,\n"
    "  PRIMARY KEY (`id`)\n) ENGINE=MyISAM DEFAULT CHARSET=gbk;\n"
)
_COMMENTS = (
    "CREATE TABLE `phome_enewspl_1` (\n  `plid` int(10) unsigned NOT NULL,\n  `pubid` bigint(16) NOT NULL,\n  `username` varchar(20) NOT NULL,\n"
    "  `saytime` int(10) NOT NULL,\n  `id` int(10) NOT NULL,\n  `classid` smallint(5) NOT NULL,\n  `checked` tinyint(1) NOT NULL,\n"
    "  `saytext` text NOT NULL,\n  PRIMARY KEY (`plid`)\n) ENGINE=MyISAM DEFAULT CHARSET=gbk;\n"
)


def real_articles() -> list[tuple[str, str]]:
    """Headlines, of characters that a dump in GBK can hold, and bodies of real news."""
    with (DATA / "text" / "articles.jsonl.zst").open("rb") as packed:
        text = zstandard.ZstdDecompressor().stream_reader(packed).read().decode()
    found = (json.loads(line) for line in text.split("\n") if line)
    return [
        (one["title"].encode("gbk", "ignore").decode("gbk"), one["html"])
        for one in found
        if one.get("html") and one.get("title")
    ]


def posts(articles: list[tuple[str, str]], count: int) -> Iterator[tuple[int, str, str, datetime]]:
    """So many posts: number, headline, body, time; no two alike. Articles are used again with paragraphs of others, as a site has them
    that reports every day of the same."""
    chance = random.Random(22)
    for number in range(1, count + 1):
        title, body = articles[number % len(articles)]
        if number > len(articles):
            other = articles[chance.randrange(len(articles))][1]
            paragraphs = [*body.split("</p>")[:-1], *other.split("</p>")[:-1]]
            chance.shuffle(paragraphs)
            body = "".join(f"{paragraph}</p>" for paragraph in paragraphs[:6])
            title = f"{title}（{number // len(articles) + 1}）"
        yield (
            number,
            title[:60],
            f"{body}<p>第{number}号稿件。</p>",
            FIRST_DAY + timedelta(minutes=37 * number),
        )


def picture_of(number: int) -> str:
    """The path of the picture of a post; "" where it has none."""
    return f"/d/file/news/{number // WITH_PICTURE % PICTURES}.jpg" if number % WITH_PICTURE == 0 else ""


def old_address(number: int, moment: datetime) -> str:
    """Where 帝国 had a post."""
    return f"/{COLUMNS[number % 4][3]}/{moment:%Y-%m-%d}/{number}.html"


def write_empire(path: Path, articles: list[tuple[str, str]], count: int) -> None:
    """A dump of 帝国CMS as mysqldump writes it, in GBK: bodies behind all headlines, several rows a statement."""
    with path.open("w", encoding="gbk", errors="replace", newline="\n") as out:
        out.write("-- MySQL dump 10.13\n/*!40101 SET NAMES gbk */;\n")
        classes = [(i, b, n, p, ".html", "news") for i, b, n, p in COLUMNS]
        _write_table(out, "phome_enewsclass", _CLASS, classes)
        _write_table(out, "phome_ecms_news", _NEWS, (_news_row(*post) for post in posts(articles, count)))
        _write_table(
            out, "phome_ecms_news_data_1", _BODY, (_body_row(*post) for post in posts(articles, count))
        )
        comments = (
            (
                n,
                1000010000000000 + n,
                "网友",
                int(at.timestamp()) + 60,
                n,
                COLUMNS[n % 4][0],
                0,
                f"说得好，{n}。",
            )
            for n, _, _, at in posts(articles, count)
            if n % WITH_COMMENT == 0
        )
        _write_table(out, "phome_enewspl_1", _COMMENTS, comments)


def _news_row(number: int, title: str, body: str, moment: datetime) -> tuple:
    seconds = int(moment.timestamp())
    return (
        *(
            number,
            COLUMNS[number % 4][0],
            number * 3,
            f"{moment:%Y-%m-%d}",
            "会议,经济",
            "admin",
            seconds,
            "",
            1,
            0,
        ),
        *(str(number), seconds, title, picture_of(number), "", ""),
    )


def _body_row(number: int, title: str, body: str, moment: datetime) -> tuple:
    if picture := picture_of(number):
        body = f'<p><img src="{picture}" alt="" /></p>{body}'
    if number % WITH_PAGES == 0:
        body = body.replace("</p>", f"</p>{PAGE}", 1)
    return number, COLUMNS[number % 4][0], f"记者{number % 50}", f"来源{number % 30}报", body, "时政"


def _write_table(out, table: str, definition: str, rows) -> None:
    out.write(f"DROP TABLE IF EXISTS `{table}`;\n{definition}LOCK TABLES `{table}` WRITE;\n")
    statement: list[str] = []
    for row in rows:
        statement.append(f"({','.join(map(_literal, row))})")
        if len(statement) == 200:
            out.write(f"INSERT INTO `{table}` VALUES {','.join(statement)};\n")  # noqa: S608
            statement = []
    if statement:
        out.write(f"INSERT INTO `{table}` VALUES {','.join(statement)};\n")  # noqa: S608
    out.write("UNLOCK TABLES;\n")


def _literal(value) -> str:
    if isinstance(value, int):
        return str(value)
    text = value.encode("gbk", "replace").decode("gbk")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def write_wxr(path: Path, articles: list[tuple[str, str]], count: int) -> None:
    """An export of WordPress, with blocks, several pages, serialized PHP, attachments behind their posts."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(
            '<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"\n'
            '\txmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"\n'
            '\txmlns:wp="http://wordpress.org/export/1.2/">\n<channel>\n<title>旧站</title>\n<link>http://old.example</link>\n'
            "<wp:wxr_version>1.2</wp:wxr_version>\n<wp:base_site_url>http://old.example</wp:base_site_url>\n"
            "<wp:base_blog_url>http://old.example</wp:base_blog_url>\n"
        )
        for number, _, name, slug in COLUMNS:
            out.write(
                f"<wp:category><wp:term_id>{number}</wp:term_id><wp:category_nicename>{slug.rpartition('/')[2]}</wp:category_nicename>"
                f"<wp:category_parent></wp:category_parent><wp:cat_name><![CDATA[{name}]]></wp:cat_name></wp:category>\n"
            )
        for post in posts(articles, count):
            out.write(_wxr_item(*post))
        for number in range(PICTURES):
            out.write(
                f"<item><title>{number}</title><wp:post_id>{90_000_000 + number}</wp:post_id><wp:post_type>attachment</wp:post_type>"
                f"<wp:attachment_url>http://old.example/d/file/news/{number}.jpg</wp:attachment_url></item>\n"
            )
        out.write("</channel>\n</rss>\n")


def wxr_address(number: int, moment: datetime) -> str:
    return f"/{moment:%Y/%m}/post-{number}/"


def _wxr_item(number: int, title: str, body: str, moment: datetime) -> str:
    _, _, name, slug = COLUMNS[number % 4]
    if number % WITH_PAGES == 0:
        body = body.replace("</p>", "</p>\n<!--nextpage-->\n", 1)
    body = body.replace("<p>", "<!-- wp:paragraph -->\n<p>").replace("</p>", "</p>\n<!-- /wp:paragraph -->")
    meta = f"<wp:postmeta><wp:meta_key>views</wp:meta_key><wp:meta_value><![CDATA[{number * 3}]]></wp:meta_value></wp:postmeta>"
    if picture_of(number):
        thumbnail = 90_000_000 + number // WITH_PICTURE % PICTURES
        meta += f"<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>{thumbnail}</wp:meta_value></wp:postmeta>"
    words = 'a:1:{s:4:"size";i:640;}'
    meta += f"<wp:postmeta><wp:meta_key>_plugin</wp:meta_key><wp:meta_value><![CDATA[{words}]]></wp:meta_value></wp:postmeta>"
    comment = (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_author><![CDATA[网友]]></wp:comment_author>"
        f"<wp:comment_date_gmt>{moment:%Y-%m-%d %H:%M:%S}</wp:comment_date_gmt><wp:comment_content><![CDATA[说得好，{number}。]]>"
        "</wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_type>comment</wp:comment_type>"
        "<wp:comment_parent>0</wp:comment_parent></wp:comment>"
        if number % WITH_COMMENT == 0
        else ""
    )
    return (
        f"<item><title>{escape(title)}</title><link>http://old.example{wxr_address(number, moment)}</link>"
        f"<dc:creator><![CDATA[记者{number % 50}]]></dc:creator><content:encoded><![CDATA[{body}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_id>{number}</wp:post_id>"
        f"<wp:post_date_gmt>{moment:%Y-%m-%d %H:%M:%S}</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>"
        f'<category domain="category" nicename="{slug.rpartition("/")[2]}"><![CDATA[{name}]]></category>'
        f'<category domain="post_tag" nicename="s"><![CDATA[时政]]></category>{meta}{comment}</item>\n'
    )
