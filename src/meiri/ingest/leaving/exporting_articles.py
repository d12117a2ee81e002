"""Published articles into a folder in a format of other systems; what was interrupted goes on after the last batch."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from meiri import __version__
from meiri.ingest.leaving.chosen_articles import ChosenArticles, Position
from meiri.ingest.leaving.html_site import StaticSite
from meiri.ingest.leaving.newsml_files import NewsMLFiles
from meiri.ingest.leaving.ninjs_files import NinjsFiles
from meiri.ingest.leaving.open_format import OpenFormat
from meiri.ingest.leaving.outgoing import outgoing
from meiri.ingest.leaving.site_folder import PROGRESS, SiteRefused, make_folder, note_progress, noted_progress
from meiri.ingest.leaving.wxr_files import WordPressFiles
from meiri.kept_once import write_whole

# Says in a folder that it is whole, and what it holds.
DONE = "export.json"
# Articles in a file of a format that has many in one.
ARTICLES_A_BATCH = 200

OPEN_FORMATS: dict[str, OpenFormat] = {
    one.name: one for one in (NinjsFiles(), NewsMLFiles(), WordPressFiles(), StaticSite())
}


def export_articles(
    folder: Path, name: str, chosen: ChosenArticles, progress: Callable[[int], None] = lambda count: None
) -> int:
    """Write the chosen articles in the format called `name`; how many they are. Raises `SiteRefused`."""
    format_, what = OPEN_FORMATS[name], {"format": name, **chosen.said()}
    number, count, after = _begin(folder, what)
    for position, articles in chosen.batches(ARTICLES_A_BATCH, after):
        if articles:
            number += 1
            format_.write_batch(folder, number, outgoing(articles))
        count += len(articles)
        after_this = [position.list, position.at.isoformat(), position.article]
        note_progress(folder, {"number": number, "count": count, "after": after_this})
        progress(len(articles))
    format_.finish(folder)
    about = {
        **what,
        "articles": count,
        "release": __version__,
        "made": timezone.localtime().isoformat(timespec="seconds"),
    }
    write_whole(folder / DONE, json.dumps(about, ensure_ascii=False, indent=1).encode())
    (folder / PROGRESS).unlink()
    return count


def _begin(folder: Path, what: dict[str, Any]) -> tuple[int, int, Position | None]:
    """How many batches and articles are there already, and where the walk goes on."""
    make_folder(folder)
    if (folder / DONE).exists():
        raise SiteRefused(f"{folder} holds a whole export already; an export replaces nothing.")
    noted = noted_progress(folder)
    if not noted:
        if any(path.name != PROGRESS for path in folder.iterdir()):
            raise SiteRefused(f"{folder} is not empty, and what is in it is no interrupted export.")
        note_progress(folder, what)
    elif noted[0] != what:
        raise SiteRefused(f"{folder} holds an interrupted export of something else: {json.dumps(noted[0])}.")
    if len(noted) < 2:
        return 0, 0, None
    last = noted[-1]
    number, at, article = last["after"]
    return last["number"], last["count"], Position(number, datetime.fromisoformat(at), article)
