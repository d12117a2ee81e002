"""Feeds as text: RSS 2.0 and Atom with the whole body, and JSON Feed 1.1."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from io import StringIO

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed, rfc3339_date
from django.utils.xmlutils import SimplerXMLGenerator

from meiri.newsroom.ai_record import SOURCE_TYPES

DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"


def drawn(item: dict, feed: SyndicationFeed, draw: Callable[[dict], str]) -> str:
    """What `draw` makes of an item. Feeds share their items, and each keeps how it looks in a format."""
    if type(feed) not in item["drawn"]:
        item["drawn"][type(feed)] = draw(item)
    return item["drawn"][type(feed)]


# Of a feed that holds nothing: the moment of its rendering would make another feed of it each time.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class XmlItems(SyndicationFeed):
    """Writes items that were drawn before as they were."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else NEVER

    def _draw(self, item: dict) -> str:
        text, items = StringIO(), self.items
        self.items = [item]
        super().write_items(SimplerXMLGenerator(text, "utf-8", short_empty_elements=True))  # type: ignore[misc]
        self.items = items
        return text.getvalue()

    def write_items(self, handler):
        for item in self.items:
            handler.ignorableWhitespace(
                drawn(item, self, self._draw)
            )  # how a generator takes what is XML already


class RssFeed(XmlItems, Rss201rev2Feed):
    """RSS 2.0 with `content:encoded`, `dc:source` and `media:content`; what AI made or helped with has a category of the IPTC's."""

    def rss_attributes(self):
        return super().rss_attributes() | {
            "xmlns:content": CONTENT, "xmlns:dc": DUBLIN_CORE, "xmlns:media": MEDIA,
        }  # fmt: skip

    def add_item_elements(self, handler, item):
        # Programs take both for HTML.
        as_html = {key: escape(item[key], quote=False) for key in ("title", "description")}
        super().add_item_elements(handler, item | as_html)
        if item["source"]:
            handler.addQuickElement("dc:source", item["source"])
        handler.addQuickElement("content:encoded", item["content"])
        if item["ai_source_type"]:
            handler.addQuickElement("category", item["ai_source_type"], {"domain": SOURCE_TYPES})
        if picture := item["picture"]:
            handler.addQuickElement(
                "media:content", None, {"url": picture, "medium": "image", "type": "image/jpeg"}
            )


class AtomFeed(XmlItems, Atom1Feed):
    """Atom 1.0 with the whole body as `content`."""

    def root_attributes(self):
        return super().root_attributes() | {"xmlns:dc": DUBLIN_CORE}

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item | {"description": escape(item["description"], quote=False)})
        handler.addQuickElement("content", item["content"], {"type": "html"})
        if name := item["ai_source_type"]:
            told = {"scheme": SOURCE_TYPES, "term": name, "label": item["ai_label"]}
            handler.addQuickElement("category", None, told)
        if item["source"]:
            handler.addQuickElement("dc:source", item["source"])


class JsonFeed(SyndicationFeed):
    """JSON Feed 1.1 (jsonfeed.org); the source, and what AI did, stand in an extension of ours, `_meiri`."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile, encoding):
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "description": self.feed["description"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "language": self.feed["language"],
            "authors": [{"name": self.feed["author_name"], "url": self.feed["link"]}],
        }
        head = json.dumps(feed, ensure_ascii=False)
        items = ", ".join(drawn(item, self, self._draw) for item in self.items)
        outfile.write(f'{head[:-1]}, "items": [{items}]}}'.encode(encoding))

    def _draw(self, item: dict) -> str:
        told = {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "summary": item["description"],
            "content_html": item["content"],
            "date_published": rfc3339_date(item["pubdate"]),
            "date_modified": rfc3339_date(item["updateddate"]),
            "authors": [{"name": item["author_name"]}] if item["author_name"] else [],
            "tags": item["categories"],
            "image": item["picture"],
            "_meiri": {name: item[name] for name in ("source", "ai_source_type", "ai_label") if item[name]},
        }
        return json.dumps({key: value for key, value in told.items() if value}, ensure_ascii=False)
