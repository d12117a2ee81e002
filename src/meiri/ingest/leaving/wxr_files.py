"""WXR 1.2, WordPress eXtended RSS: files that WordPress's importer takes one after the other, pictures beside them."""

from datetime import UTC
from email.utils import format_datetime
from pathlib import Path, PurePosixPath
from zlib import crc32

from django.conf import settings
from lxml import etree

from meiri.ingest.leaving.open_format import OpenFormat
from meiri.ingest.leaving.outgoing import LANGUAGE, OutgoingArticle, copy_pictures, file_of, printable, whole
from meiri.kept_once import write_whole

_SPACES = {
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "wp": "http://wordpress.org/export/1.2/",
}
# Numbers of attachments, above those of articles, made of the address so that each file says the same one.
_FIRST_ATTACHMENT = 1 << 40


class WordPressFiles(OpenFormat):
    """`wordpress.00001.xml` …: each an export of its own, with the channels, authors and pictures that its posts name."""

    name = "wxr"

    def write_batch(self, folder: Path, number: int, articles: list[OutgoingArticle]) -> None:
        for article in articles:
            copy_pictures(article, folder)
        written = etree.tostring(wordpress_export(articles), xml_declaration=True, encoding="UTF-8")
        write_whole(folder / f"wordpress.{number:05}.xml", written)


def wordpress_export(articles: list[OutgoingArticle]) -> etree._Element:
    """The document with the posts of these articles, of which there is one at least."""
    rss = etree.Element("rss", {"version": "2.0"}, nsmap=_SPACES)
    channel = etree.SubElement(rss, "channel")
    for name, text in (
        ("title", articles[0].site),
        ("link", settings.BASE_URL),
        ("language", LANGUAGE),
        ("wp:wxr_version", "1.2"),
        ("wp:base_site_url", settings.BASE_URL),
        ("wp:base_blog_url", settings.BASE_URL),
    ):
        _add(channel, name, text)
    for name in dict.fromkeys(name for article in articles for name in article.authors):
        author = _add(channel, "wp:author")
        _add(author, "wp:author_login", name)
        _add(author, "wp:author_display_name", name)
    for slug, name in dict.fromkeys((a.channel, a.channel_name) for a in articles if a.channel):
        category = _add(channel, "wp:category")
        _add(category, "wp:category_nicename", slug)
        _add(category, "wp:category_parent", "")
        _add(category, "wp:cat_name", name)
    for address in dict.fromkeys(a for article in articles for a in article.pictures()):
        if file_of(address) is not None:
            _add_attachment(channel, address)
    for article in articles:
        _add_post(channel, article)
    return rss


def _attachment_number(address: str) -> int:
    return _FIRST_ATTACHMENT + crc32(address.encode())


def _add_attachment(channel: etree._Element, address: str) -> None:
    item = _add(channel, "item")
    name = PurePosixPath(file_of(address) or "").stem
    for tag, text in (
        ("title", name),
        ("link", whole(address)),
        ("wp:post_id", str(_attachment_number(address))),
        ("wp:post_name", name),
        ("wp:status", "inherit"),
        ("wp:post_type", "attachment"),
        ("wp:attachment_url", whole(address)),
    ):
        _add(item, tag, text)


def _add_post(channel: etree._Element, article: OutgoingArticle) -> None:
    item = _add(channel, "item")
    greenwich = article.published_at.astimezone(UTC)
    # In square brackets are short codes: ours are text.
    body = article.body_with(whole).replace("[", "&#91;")
    for tag, text in (
        ("title", article.title),
        ("link", article.address),
        ("pubDate", format_datetime(greenwich)),
        ("dc:creator", article.authors[0] if article.authors else ""),
        ("content:encoded", body),
        ("excerpt:encoded", article.summary),
        ("wp:post_id", str(article.key)),
        ("wp:post_date", f"{article.published_at:%Y-%m-%d %H:%M:%S}"),
        ("wp:post_date_gmt", f"{greenwich:%Y-%m-%d %H:%M:%S}"),
        ("wp:post_name", str(article.key)),
        ("wp:status", "publish"),
        ("wp:post_type", "post"),
    ):
        _add(item, tag, text)
    if article.channel:
        _add(item, "category", article.channel_name, domain="category", nicename=article.channel)
    for name in article.tags:
        _add(item, "category", name, domain="post_tag", nicename=name)
    if len(article.authors) > 1:  # as the plugin for several authors has it
        for name in article.authors:
            _add(item, "category", name, domain="author", nicename=name)
    meta = {
        "kicker": article.kicker,
        "subtitle": article.subtitle,
        "dateline": article.dateline,
        "aigc_label": article.ai_label,
        "ai_source_type": article.ai_source_type,
        "source": article.source,
        "editor": article.editor,
        "_thumbnail_id": str(_attachment_number(article.picture)) if file_of(article.picture) else "",
    }
    for key, value in meta.items():
        if value:
            row = _add(item, "wp:postmeta")
            _add(row, "wp:meta_key", key)
            _add(row, "wp:meta_value", value)


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    prefix, _, local = name.rpartition(":")
    tag = f"{{{_SPACES[prefix]}}}{local}" if prefix else local
    child = etree.SubElement(parent, tag, {key: printable(value) for key, value in attributes.items()})
    child.text = printable(text)
    return child
