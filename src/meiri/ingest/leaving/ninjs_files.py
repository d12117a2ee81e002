"""ninjs 3.1 (IPTC): files with lists of items, pictures beside them."""

import json
from pathlib import Path
from typing import Any

from meiri.ingest.leaving.open_format import OpenFormat
from meiri.ingest.leaving.outgoing import LANGUAGE, OutgoingArticle, beside, copy_pictures
from meiri.kept_once import write_whole
from meiri.newsroom.ai_record import SOURCE_TYPES

_SCHEMA = "https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"


class NinjsFiles(OpenFormat):
    """`ninjs.00001.json` …: each a list of items."""

    name = "ninjs"

    def write_batch(self, folder: Path, number: int, articles: list[OutgoingArticle]) -> None:
        for article in articles:
            copy_pictures(article, folder)
        items = [ninjs_item(article) for article in articles]
        written = json.dumps(items, ensure_ascii=False, indent=1)
        write_whole(folder / f"ninjs.{number:05}.json", written.encode())


def ninjs_item(article: OutgoingArticle) -> dict[str, Any]:
    """The item of an article. Its moments are all that of its publication; its pictures have addresses relative to the file."""
    moment = article.published_at.isoformat()
    headlines = [
        {"role": role, "contentType": "text/plain", "value": value}
        for role, value in (
            ("main", article.title),
            ("kicker", article.kicker),
            ("subtitle", article.subtitle),
        )
        if value
    ]
    item: dict[str, Any] = {
        "standard": {"name": "ninjs", "version": "3.1", "schema": _SCHEMA},
        "uri": article.address,
        "type": "text",
        "representationType": "full",
        "pubStatus": "usable",
        "language": LANGUAGE,
        "firstCreated": moment,
        "contentCreated": moment,
        "versionCreated": moment,
        "headlines": headlines,
        "bodies": [{"role": "main", "contentType": "text/html", "value": article.body_with(beside)}],
        "copyrightHolder": article.site,
        "altIds": [{"role": "id", "value": str(article.key)}],
    }
    if article.summary:
        item["descriptions"] = [{"role": "summary", "contentType": "text/plain", "value": article.summary}]
    if article.authors:
        item["by"] = "、".join(article.authors)
    if article.dateline:
        item["located"] = article.dateline
    if name := article.ai_source_type:
        item["digitalSourceType"] = {
            "name": article.ai_label,
            "uri": f"{SOURCE_TYPES}{name}",
            "literal": name,
        }
    if article.source:
        item["infoSources"] = [{"name": article.source, "role": "source"}]
    if article.editor:
        item["people"] = [{"name": article.editor, "rel": "editor"}]
    subjects = [{"name": name, "rel": "keyword"} for name in article.tags]
    if article.channel:
        subjects.insert(0, {"name": article.channel_name, "rel": "channel", "literal": article.channel})
    if subjects:
        item["subjects"] = subjects
    if article.picture:
        rendition = {"name": "main", "href": beside(article.picture)}
        picture: dict[str, Any] = {
            "name": "featureimage",
            "uri": f"{article.address}#picture",
            "type": "picture",
        }
        if article.picture_credit:
            picture["by"] = article.picture_credit
        if article.picture_rights:
            picture["copyrightNotice"] = article.picture_rights
        if article.picture_label:
            picture["edNote"] = article.picture_label
        item["associations"] = [{**picture, "renditions": [rendition]}]
    return item
