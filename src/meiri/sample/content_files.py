"""The sample newsroom's texts: TOML tables, and articles with TOML in front of a plain body.

A body is paragraphs between blank lines; `## ` begins a heading, `> ` a quotation with its speaker in brackets at the
end, `| ` a row of a table, and `![caption|credit](scene:seed)` is a generated picture.
"""

import re
import tomllib
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

CONTENT = Path(__file__).parent / "content"
PICTURE = re.compile(r"!\[(?P<caption>[^|\]]*)(?:\|(?P<credit>[^\]]*))?\]\((?P<scene>[a-z]+):(?P<seed>\d+)\)")
SPEAKER = re.compile(r"(?P<text>.+?)（(?P<speaker>[^（）]+)）$", re.DOTALL)


@dataclass(frozen=True)
class Scene:
    """A generated picture: what it shows, which of its kind, and its caption."""

    scene: str
    seed: int
    caption: str = ""
    credit: str = ""


@dataclass
class SampleArticle:
    stem: str
    fields: dict
    blocks: list[tuple[str, object]] = field(default_factory=list)

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


def blocks_of(body: str):
    """The body as (block type, value); a picture's value is a `Scene`, a table's its rows."""
    text: list[str] = []
    for part in (p.strip() for p in re.split(r"\n\s*\n", body)):
        if not part:
            continue
        block = special(part)
        if block is None:
            text.append(
                "<p>" + "<br/>".join(escape(line.strip(), quote=False) for line in part.splitlines()) + "</p>"
            )
            continue
        if text:
            yield "text", "".join(text)
            text = []
        yield block
    if text:
        yield "text", "".join(text)


def special(part: str) -> tuple[str, object] | None:
    if part.startswith("## "):
        return "heading", part[3:].strip()
    if part.startswith("> "):
        quotation = " ".join(line.removeprefix(">").strip() for line in part.splitlines())
        found = SPEAKER.match(quotation)
        return "quote", (found["text"], found["speaker"]) if found else (quotation, "")
    if part.startswith("|"):
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in part.splitlines()]
        return "table", [row for row in rows if not all(set(cell) <= set("-: ") for cell in row)]
    if found := PICTURE.fullmatch(part):
        return "image", Scene(found["scene"], int(found["seed"]), found["caption"], found["credit"] or "")
    return None


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
