"""Feeds, exports and wire formats, told by their beginning: none of them is one article. Most are refused by name."""

import csv
import json
import re
from pathlib import PurePath

from lxml.html import defs

# Roots of XML documents, by their local name.
_ROOTS = {
    "rss": "RSS 订阅源",
    "rdf": "RSS 1.0 订阅源（RDF）",
    "feed": "Atom 订阅源",
    "opml": "订阅源列表（OPML）",
    "urlset": "网站地图（sitemap）",
    "sitemapindex": "网站地图（sitemap）",
    "nitf": "NITF 稿件文件",
    "newsml": "NewsML 1.2 稿件文件",
    "newsmessage": "NewsML-G2 稿件文件",
    "newsitem": "NewsML-G2 稿件文件",
    "contentset": "NewsML-G2 稿件文件",
    "groupset": "NewsML-G2 稿件文件",
    "packageitem": "NewsML-G2 稿件文件",
    "conceptitem": "NewsML-G2 概念文件",
    "conceptset": "NewsML-G2 概念文件",
    "knowledgeitem": "NewsML-G2 概念文件",
    "planningitem": "NewsML-G2 选题文件",
    "catalogitem": "NewsML-G2 目录文件",
    "catalog": "NewsML-G2 目录文件",
    "schema": "XML Schema（XSD）文件",
    "stylesheet": "XSLT 样式表",
    "channel": "RSS 订阅源",
    "cdf": "CDF 订阅源",
}
_WXR = re.compile(r"xmlns:wp\s{0,9}=|wordpress\.org/export/|<wp:wxr_version", re.IGNORECASE)
# What stands before the root: a declaration, comments, a document type, instructions for programs.
_PROLOGUE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!doctype(?:[^>\[]|\[.*?\])*>", re.IGNORECASE | re.DOTALL)
_ROOT = re.compile(r"<(?:[a-z_][\w.-]{0,80}:)?([a-z_][\w.-]{0,80})(?=[\s/>])", re.IGNORECASE)
# A feed that is damaged, or follows other text, is a feed all the same.
_FEED_WITHIN = re.compile(r"<(rss|feed|rdf:RDF|opml|nitf|NewsML|newsMessage|newsItem)(?=[\s>])[^>]{0,2000}>")

_TABLES = {
    "phome_": "帝国 CMS",
    "dede_": "织梦 CMS",
    "v9_": "PHPCMS",
    "pre_": "Discuz!",
    "met_": "MetInfo",
    "wp_": "WordPress",
    "zbp_": "Z-Blog",
    "typecho_": "Typecho",
}
# What these systems write of a whole site moves in (`migration/systems.py`).
_MOVED_IN = ("WordPress", "帝国 CMS", "织梦 CMS", "PHPCMS", "Discuz!", "Typecho", "Ghost")
_SQL = re.compile(
    r"^\s{0,20}(?:create\s{1,9}(?:table|database)|insert\s{1,9}(?:ignore\s{1,9})?into|replace\s{1,9}into"
    r"|drop\s{1,9}table|lock\s{1,9}tables)\b[^`\"'\w\n]{0,9}(?:if\s{1,9}(?:not\s{1,9})?exists\s{1,9})?[`\"'\[]?([\w.]{1,80})",
    re.IGNORECASE | re.MULTILINE,
)
_EMPIRE_BACKUP = re.compile(r"""E_D\(\s{0,9}["']\s{0,9}(?:replace|insert)\s{1,9}into""", re.IGNORECASE)

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"?|[\[\]{}:,]', re.DOTALL)

_HEADER = re.compile(r"([!-9;-~]{1,60}):[^\n]{0,1000}(?:\n[ \t][^\n]{0,1000}){0,50}(?:\n|\Z)")
_OF_MAIL = frozenset(
    ["received", "message-id", "mime-version", "content-type", "return-path", "delivered-to", "x-mailer", "from", "subject"]
)  # fmt: skip

_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:[^\n]{0,2000}\n){0,200}?---[ \t]*(?:\n|\Z)")
_BY_SUFFIX = {
    ".md": "Markdown 文件",
    ".markdown": "Markdown 文件",
    ".csv": "CSV 表格",
    ".tsv": "TSV 表格",
    ".sql": "数据库导出文件（SQL）",
    ".json": "JSON 文件",
    ".xml": "XML 文件",
    ".xsd": "XML Schema（XSD）文件",
    ".xsl": "XSLT 样式表",
    ".opml": "订阅源列表（OPML）",
    ".eml": "电子邮件文件",
    ".yml": "YAML 文件",
    ".yaml": "YAML 文件",
    ".toml": "配置文件",
    ".ini": "配置文件",
    ".conf": "配置文件",
    ".log": "日志文件",
    ".tex": "LaTeX 文件",
    ".rst": "reStructuredText 文件",
    ".srt": "字幕文件",
    ".vtt": "字幕文件",
    ".ics": "日历文件",
    ".vcf": "通讯录文件",
    ".php": "程序文件",
    ".py": "程序文件",
    ".js": "程序文件",
    ".ts": "程序文件",
    ".sh": "程序文件",
    ".bat": "程序文件",
    ".css": "样式表",
}
# Where the bytes are a whole page's, these names say nothing against it.
_MAY_BE_PAGES = (".php", ".xml")
_BY_NAME = re.compile(
    r"(?:licen[cs]e|copying|readme|changelog|makefile|dockerfile)(?:\.(?:md|txt|rst))?|(?:robots|humans|ads)\.txt|\.[a-z][\w.-]*",
    re.IGNORECASE,
)


def refusal_of(name: str) -> str:
    """The sentence that refuses a file of the format `name`."""
    begins = f"这是{' ' if name[0].isascii() else ''}{name}"
    if name.startswith(_MOVED_IN) and not name.endswith("（JSON）"):
        return f"{begins}，是整个网站的数据，请用“迁入旧站”。"
    return f"{begins}，现在还不能导入。"


def upload_instead(name: str) -> str:
    """The sentence that tells whoever pasted a file of the format `name` to upload it."""
    return f"这是{' ' if name[0].isascii() else ''}{name}，请存成文件，在下面上传。"


def format_of_name(name: str, is_page: bool) -> str:
    """What a file is by its name; "" where that says nothing. `is_page`: whether its bytes are a whole page's."""
    path = PurePath(name)
    suffix = path.suffix.lower()
    if suffix in _BY_SUFFIX:
        return "" if is_page and suffix in _MAY_BE_PAGES else _BY_SUFFIX[suffix]
    return "" if is_page else name_of_attendant(name)


def name_of_attendant(name: str) -> str:
    """What a file is that is around a site or software and no article, by its name (README.md); "" for any other."""
    path = PurePath(name)
    return f"网站或软件的附带文件（{path.name}）" if _BY_NAME.fullmatch(path.name) else ""


def format_of_text(text: str) -> str:
    """What the beginning of a text is that holds no single article; "" for everything else, pages among it."""
    start = text.lstrip("\ufeff \t\r\n\f\v\0")
    return _wire(start) or _sql(start) or _xml(start) or _json(start) or _mail(start)


def format_of_file(text: str) -> str:
    """As `format_of_text`, also of what only a file is taken for: what editors paste may hold lines of tables, and marks."""
    start = text.lstrip("\ufeff \t\r\n\f\v\0")
    return (
        format_of_text(text)
        or ("Markdown 文件" if _is_markdown(start) else "")
        or ("CSV 表格" if _is_table(start) else "")
        or ("邮箱地址列表" if _is_list_of_addresses(start) else "")
    )


def _wire(start: str) -> str:
    # ANPA 1312 begins with SYN SYN SOH, IPTC 7901 with SOH and a line of source, number, priority, category and words,
    # which is all that is left of it where it came by mail.
    is_wire = re.match(r"[\x16\s]{0,8}\x01[ -~]|[a-z]{3}\d{4} \d [a-z]{1,3} {1,3}\d{1,4} ", start)
    return "通讯社电文（ANPA 1312 或 IPTC 7901）" if is_wire else ""


def _xml(start: str) -> str:
    if not start.startswith("<"):
        found = _FEED_WITHIN.search(start)
        return _ROOTS[found[1].lower().removeprefix("rdf:")] if found and "xmlns" in found[0] else ""
    at = 0
    while before := _PROLOGUE.match(start, at):
        at = before.end()
    root = _ROOT.match(start, at)
    name = root[1].lower() if root else ""
    within = _FEED_WITHIN.search(start)
    if within and (not name or (name == "html" and "xmlns" in within[0])):
        name = within[1].lower().removeprefix("rdf:")
    if name in ("rss", "channel") and _WXR.search(start):
        return "WordPress 导出文件（WXR）"
    if name in _ROOTS:
        return _ROOTS[name]
    if "<html" in start[:4000].lower():
        return ""
    if start.startswith("<?php"):
        return "程序文件（PHP）"
    # Elements that no page has, and more than one of them: text may begin with a word in angle brackets.
    is_xml = start.startswith("<?xml") or (name and name not in defs.tags and start.count("</") >= 2)
    return "XML 文件" if is_xml else ""


def _sql(start: str) -> str:
    if _EMPIRE_BACKUP.search(start):
        return "帝国 CMS 的备份文件"
    # In a page about databases the words stand within markup.
    found = None if start.startswith("<") else _SQL.search(start)
    if not found:
        return ""
    table = found[1].lower().rpartition(".")[2]
    for prefix, system in _TABLES.items():
        if table.startswith(prefix):
            return f"{system} 的数据库导出文件（SQL）"
    return "数据库导出文件（SQL）"


def _json(start: str) -> str:
    """What a JSON document is; "" for lines of records and for what is no JSON."""
    if re.match(r"\[\s*[\[{\]\"\d]", start):
        keys = _keys_of(start[start.index("[") + 1 :].lstrip())
        # A line of prose may begin with a bracketed word.
        return (_json_of(keys) or "JSON 文件") if keys or _is_json(start) else ""
    if not re.match(r"\{\s*(?:\"|\}\s*\Z)", start):
        return ""
    keys = _keys_of(start)
    if known := _json_of(keys):
        return known
    return "" if _are_records(start, keys) else "JSON 文件"


def _is_json(start: str) -> bool:
    try:
        json.JSONDecoder().raw_decode(start)
    except RecursionError:
        return True
    except ValueError as error:
        # A document that goes on beyond its beginning is sound up to there.
        return getattr(error, "pos", 0) > len(start) - 200
    return True


def _json_of(keys: dict[str, str]) -> str:
    """A JSON document by the keys of its object: each with the first character of its value."""
    if keys.get("items") == "[" and keys.keys() & {"version", "title", "home_page_url", "feed_url"}:
        return "JSON Feed 订阅源"
    if keys.get("db") == "[" or keys.keys() >= {"meta", "data"}:
        return "Ghost 导出文件"
    if keys.keys() & {
        "body_xhtml",
        "body_text",
        "bodies",
        "versioncreated",
        "versionCreated",
        "pubstatus",
        "pubStatus",
    }:
        return "ninjs 稿件文件"
    if keys.keys() & {"date_gmt", "post_date_gmt"}:
        return "WordPress 导出文件（JSON）"
    if keys.get("apiVersion") and keys.get("kind"):
        return "Halo 导出文件"
    if "$schema" in keys:
        return "JSON Schema 文件"
    return ""


def _are_records(start: str, keys: dict[str, str]) -> bool:
    """Whether the lines are records, each whole in itself: not the lines of one document."""
    line, _, rest = start.partition("\n")
    following = rest.lstrip("\r\n")
    try:
        first = json.loads(line)
    except RecursionError:
        first = None
    except ValueError:
        # A line that is damaged, or goes on beyond the beginning; the ones after it tell.
        first = None
        if rest and (line.rstrip().endswith(("[", "{", ",")) or not following.startswith('{"')):
            return False
    if isinstance(first, dict):
        keys = {key: '"' if isinstance(value, str) else "" for key, value in first.items()}
    return keys.get("title") == '"' or keys.get("body") == '"' or keys.get("status") == '"' or len(keys) < 2


def _keys_of(start: str) -> dict[str, str]:
    """The keys of the object that `start` begins with, as far as it goes, each with what its value begins with: one of
    `"`, `[` and `{`, or nothing."""
    keys: dict[str, str] = {}
    depth, key, is_value = 0, "", False
    for token in _TOKEN.finditer(start):
        mark = token[0][0]
        if depth == 1 and is_value and mark in '"[{':
            keys[key], is_value = mark, False
        elif depth == 1 and mark == '"':
            key = token[1]
        elif depth == 1 and mark == ":":
            keys.setdefault(key, "")
            is_value = True
        elif mark == ",":
            is_value = False
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
            if depth <= 0:
                break
    return keys


def _mail(start: str) -> str:
    """A message, or a page that a browser saved as one (MHTML)."""
    text, at = start.replace("\r\n", "\n"), 0
    names: set[str] = set()
    while (header := _HEADER.match(text, at)) and len(names) < 100:
        names.add(header[1].lower())
        at = header.end()
        if re.match(r"from\b.{0,9}<saved by", header[0], re.IGNORECASE) or "multipart/related" in header[0]:
            return "MHTML 网页"
    return "电子邮件文件" if len(names & _OF_MAIL) >= 3 else ""


def _is_markdown(start: str) -> bool:
    """Whether what only Markdown writes stands at the beginning and again further on."""
    if _FRONT_MATTER.match(start.replace("\r\n", "\n")):
        return True
    marks = re.findall(r"^#{1,6} \S|\*\*[^*\n]{1,80}\*\*|\]\(https?://|^```|^!\[", start, re.MULTILINE)
    return bool(re.match(r"#{1,2} \S", start)) and len(marks) >= 3


def _is_table(start: str) -> bool:
    """Whether the lines have the same number of cells, three or more, under a line of short names."""
    lines = start.split("\n")[:12]
    # The last line may be cut.
    lines = [line for line in (lines[:-1] if len(lines) == 12 else lines) if line.strip()]
    if len(lines) < 3:
        return False
    for delimiter in (",", "\t", ";"):
        try:
            rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        width = len(rows[0])
        heads = [cell.strip() for cell in rows[0]]
        if width >= 3 and all(len(row) == width for row in rows[:3]) and all(len(h) <= 40 for h in heads):
            return len(set(heads)) == width and not re.search(r"[。！？；]", lines[0])
    return False


def _is_list_of_addresses(start: str) -> bool:
    lines = [line.strip() for line in start.split("\n", 20)[:20] if line.strip()]
    return len(lines) >= 3 and all(re.fullmatch(r"[^\s@,]{1,80}@[^\s@,]{1,80}[,;]?", line) for line in lines)
