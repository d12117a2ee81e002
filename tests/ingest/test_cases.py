"""Small pages and texts, each with what an editor would take from it. They stand for kinds of pages, not for sites."""

import json
import re

import pytest

from meiri.ingest.guarded_reading import read_pasted
from meiri.ingest.parsed import ParsedArticle
from meiri.ingest.sanitise import plain
from tests.conftest import PROJECT

FILE = PROJECT.parent / "shared" / "found" / "inputs" / "ingest-cases.jsonl"


def cases() -> list:
    if not FILE.is_file():
        return [pytest.param(None, id="no-cases")]
    found = [json.loads(line) for line in FILE.read_text().splitlines()]
    return [pytest.param(case, id=case["name"].replace(" ", "-")[:60]) for case in found]


def lines_of(body: str) -> list[str]:
    """The lines that a reader sees, cells of tables one by one, without the spaces in them."""
    text = plain(re.sub(r"<(/?)t[dhr]>|</?(?:table|tbody)>", "<br>", body))
    return [line for line in ("".join(line.split()) for line in text.split("\n")) if line]


def told(article: ParsedArticle, wanted: dict) -> dict:
    """Of the article what `wanted` names, in its form."""
    moment = article.published_at.strftime("%Y-%m-%d %H:%M") if article.published_at else ""
    found = {
        "title": article.title,
        "source": article.source,
        "minute": moment,
        "views": article.views,
        "channel": article.channel_name,
        "authors": article.authors,
        "editor": article.editor,
        "pics": len(article.pictures),
        "body": lines_of(article.body),
        "caption": next((p.caption for p in article.pictures if p.caption), ""),
        "warn": next((w for w in article.warnings if wanted.get("warn") and wanted["warn"] in w), ""),
    }
    return {name: found[name] for name in wanted}


def expected(wanted: dict) -> dict:
    return {
        **wanted,
        "body": ["".join(line.split()) for line in wanted["body"]],
    }


@pytest.mark.parametrize("case", cases())
def test_a_case_is_read_as_an_editor_would_read_it(case):
    if case is None:
        pytest.fail(
            f"This test needs {FILE.name} beside the checkout, in ../shared/found/inputs; it is not there."
        )
    wanted = expected({name: value for name, value in case["want"].items() if value is not None})
    found = told(read_pasted(case["input"]), wanted)
    if "warn" in wanted:
        assert wanted.pop("warn") in found.pop("warn")
    assert found == wanted
