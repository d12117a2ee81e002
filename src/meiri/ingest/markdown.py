"""Markdown (CommonMark with tables) to an article, with the front matter that site generators write above it."""

import re
import tomllib
from html import escape

from markdown_it import MarkdownIt

from meiri.ingest.credit_names import names, source_name
from meiri.ingest.document_markup import article_of_markup
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.text_encoding import decode
from meiri.ingest.times import read_iso

MAX_CHARACTERS = 2_000_000
_YAML = re.compile(r"---[ \t]*\n((?:[^\n]{0,4000}\n){0,300}?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_TOML = re.compile(r"\+\+\+[ \t]*\n((?:[^\n]{0,4000}\n){0,300}?)\+\+\+[ \t]*(?:\n|\Z)")
_KEY = re.compile(r"([\w-]{1,40})[ \t]{0,8}:(?:[ \t]|$)")


def read_markdown(data: bytes) -> ParsedArticle:
    """The article in a Markdown file. Raises `Unreadable`."""
    text = source_text(data)
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"Markdown 文件超过 {MAX_CHARACTERS // 10_000} 万字，请分成几份再导入。")
    told, text = front_matter(text)
    title = " ".join(told.get("title", [])).strip()
    markup = html_of_markdown(text)
    if title:
        # A headline that stands above the text as well is set once: under the title a h1 is a heading.
        repeated = re.match(r"\s{0,4}<h1>([^\n]*)</h1>", markup)
        if repeated and repeated[1] == escape(title, quote=False):
            markup = markup[repeated.end() :]
        markup = re.sub(r"(</?)h1>", r"\1h2>", markup)
        markup = f"<h1>{escape(title)}</h1>{markup}"
    article = article_of_markup(markup)
    _describe(article, told)
    return article


def source_text(data: bytes) -> str:
    """The text of a file that people or programs wrote, its lines ended by line feeds alone. Raises `Unreadable`."""
    return decode(data)[0].lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def html_of_markdown(text: str) -> str:
    """CommonMark, with tables and struck text, as HTML; HTML within it stays as it is, uncleaned."""
    return MarkdownIt("commonmark", {"maxNesting": 20}).enable(["table", "strikethrough"]).render(text)


def front_matter(text: str) -> tuple[dict[str, list[str]], str]:
    """What the front matter of a text says, by its keys in lower case, and the text below. Of YAML what its users write is
    read: words, words in quotation marks, lists in brackets or with dashes; what lies deeper is left."""
    if found := _TOML.match(text):
        try:
            told = tomllib.loads(found[1])
        except (tomllib.TOMLDecodeError, RecursionError):
            return {}, text
        return {key.lower(): _listed(value) for key, value in told.items()}, text[found.end() :]
    found = _YAML.match(text)
    if not found:
        return {}, text
    values: dict[str, list[str]] = {}
    key = ""
    for line in found[1].split("\n"):
        if begun := _KEY.match(line):
            key = begun[1].lower()
            values[key] = _yaml_values(line[begun.end() :].strip())
        elif key and (item := re.match(r"[ \t]{0,8}-[ \t]+(.*)", line)):
            values[key] += _yaml_values(item[1].strip())
        elif key and line[:1] in (" ", "\t") and values[key] in (["|"], [">"], ["|-"], [">-"]):
            values[key] = [line.strip()]
        elif key and line[:1] in (" ", "\t") and line.strip() and len(values[key]) == 1:
            values[key] = [f"{values[key][0]} {line.strip()}"]
    return values, text[found.end() :]


def _listed(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value[:100] if not isinstance(one, (dict, list))]
    return [] if isinstance(value, dict) else [str(value)]


def _yaml_values(value: str) -> list[str]:
    if value.startswith("[") and value.endswith("]"):
        return [_unquoted(part) for part in value[1:-1].split(",")[:100] if part.strip()]
    return [_unquoted(value)] if value else []


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].replace("''", "'") if value[0] == "'" else value[1:-1].replace('\\"', '"')
    return value


def _describe(article: ParsedArticle, told: dict[str, list[str]]) -> None:
    moment = next((read_iso(told[key][0]) for key in ("date", "published", "created") if told.get(key)), None)
    article.published_at = moment[0] if moment else article.published_at
    people = [name for key in ("author", "authors") for one in told.get(key, []) for name in names(one)]
    article.authors = people[:8] or article.authors
    article.source = source_name(" ".join(told.get("source", []))) or article.source
    article.summary = " ".join(told.get("description") or told.get("summary") or [])[:300] or article.summary
    place = next((told[key] for key in ("categories", "category", "channel") if told.get(key)), [])
    article.channel_name = article.channel_name or (place[-1] if place else "")
