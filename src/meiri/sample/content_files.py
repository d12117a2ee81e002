"""The sample newsroom's texts: TOML tables, and articles with TOML in front of a plain body.

A body is paragraphs between blank lines; `## ` begins a heading, `> ` a quotation with its speaker in brackets at the
end, `| ` a row of a table, and `![caption|credit](scene:seed)` is a generated picture.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from meiri.newsroom.body.stream import RUNNING_TEXT, body_blocks

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Scene:
    """A generated picture: what it shows, which of its kind, and its caption."""

    scene: str
    seed: int
    caption: str = ""
    credit: str = ""

    @classmethod
    def named(cls, name: str, caption: str, credit: str) -> "Scene":
        """The picture that a text names “scene:seed”."""
        scene, seed = name.split(":")
        return cls(scene, int(seed), caption, credit)


@dataclass
class SampleArticle:
    stem: str
    fields: dict
    blocks: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def picture(self) -> Scene | None:
        p = self.fields.get("picture")
        return Scene(p["scene"], p["seed"], p.get("caption", ""), p.get("credit", "")) if p else None


def table(name: str) -> dict:
    """One TOML file of the content; empty where the sample has none."""
    path = CONTENT / f"{name}.toml"
    return tomllib.loads(path.read_text()) if path.exists() else {}


def articles() -> list[SampleArticle]:
    return [read_article(path) for path in sorted((CONTENT / "articles").glob("*.md"))]


def read_article(path: Path) -> SampleArticle:
    _, front, body = path.read_text().split("+++", 2)
    return SampleArticle(path.stem, tomllib.loads(front), list(blocks_of(body)))


def blocks_of(body: str) -> Iterator[tuple[str, Any]]:
    """The body as the kinds of its blocks and what is stored of each; “scene:seed” in the place of a picture."""
    text = ""
    for part in filter(None, map(str.strip, re.split(r"\n\s*\n", body))):
        kind, stored = read_part(part)
        if kind == RUNNING_TEXT:
            text += stored
            continue
        if text:
            yield RUNNING_TEXT, text
            text = ""
        yield kind, stored
    if text:
        yield RUNNING_TEXT, text


def read_part(part: str) -> tuple[str, Any]:
    """A block other than text where the notation says so; text where it says nothing."""
    kinds = body_blocks()
    for kind, block in kinds.items():
        if kind != RUNNING_TEXT and (stored := block.from_markdown(part)) is not None:
            return kind, stored
    return RUNNING_TEXT, kinds[RUNNING_TEXT].from_markdown(part)


def as_html(text: str) -> str:
    """A standard page's text (paragraphs, `## `, `- `) as rich text."""
    out = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = [escape(line.strip(), quote=False) for line in part.strip().splitlines()]
        if lines and lines[0].startswith("## "):
            out.append(f"<h2>{lines[0][3:]}</h2>")
            lines = lines[1:]
        if lines and all(line.startswith("- ") for line in lines):
            out.append("<ul>" + "".join(f"<li>{line[2:]}</li>" for line in lines) + "</ul>")
        elif lines:
            out.append("<p>" + "<br/>".join(lines) + "</p>")
    return "".join(out)
