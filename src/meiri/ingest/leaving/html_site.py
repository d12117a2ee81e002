"""A static site: a page an article, a list a day, pictures beside them; all links are relative, so it is read from a disk, too."""

import json
from contextlib import suppress
from html import escape
from pathlib import Path

from meiri.identity import site_name
from meiri.ingest.leaving.open_format import OpenFormat
from meiri.ingest.leaving.outgoing import OutgoingArticle, beside, copy_pictures
from meiri.kept_once import write_whole

# From a page of an article or a day to the top of the folder.
_UP = "../../../"
# What a day has, for the next batch and for programs: titles by number.
_ENTRIES = "articles.json"
_STYLE = """body { max-width: 42em; margin: 2em auto; padding: 0 1em; font-family: sans-serif; line-height: 1.8; }
img { max-width: 100%; height: auto; }
figure { margin: 1em 0; }
figcaption, .about { color: #555; font-size: 0.9em; }
table { border-collapse: collapse; }
td, th { border: 1px solid #999; padding: 0.2em 0.5em; }
"""


class StaticSite(OpenFormat):
    """`index.html`, `2026/index.html`, `2026/11/23/index.html`, `2026/11/23/42.html`."""

    name = "html"

    def write_batch(self, folder: Path, number: int, articles: list[OutgoingArticle]) -> None:
        days: dict[str, dict[str, str]] = {}
        for article in articles:
            copy_pictures(article, folder)
            day = f"{article.published_at:%Y/%m/%d}"
            (folder / day).mkdir(parents=True, exist_ok=True)
            write_whole(folder / day / f"{article.key}.html", article_page(article).encode())
            mark = "（AI生成）" if article.is_made_by_ai else ""
            days.setdefault(day, {})[str(article.key)] = article.title + mark
        for day, titles in days.items():
            _write_day(folder, day, titles)

    def finish(self, folder: Path) -> None:
        write_whole(folder / "style.css", _STYLE.encode())
        years = sorted((path for path in folder.iterdir() if path.name.isdecimal()), reverse=True)
        for year in years:
            found = sorted((path.parent for path in year.glob(f"*/*/{_ENTRIES}")), reverse=True)
            lines = [(f"{day.parent.name}/{day.name}/index.html", _said(day, year)) for day in found]
            write_whole(year / "index.html", _list_page(f"{year.name}年", "../", lines).encode())
        lines = [(f"{year.name}/index.html", f"{year.name}年") for year in years]
        write_whole(folder / "index.html", _list_page(site_name(), "", lines).encode())


def article_page(article: OutgoingArticle) -> str:
    """The page of an article, with what readers see of it."""
    about = [
        f"{article.published_at:%Y-%m-%d %H:%M}",
        article.channel_name,
        article.source and f"来源：{article.source}",
        article.authors and f"作者：{'　'.join(article.authors)}",
        article.editor and f"责任编辑：{article.editor}",
    ]
    lead = beside(article.picture, _UP) if article.picture and article.picture not in article.body else ""
    parts = [
        f'<p class="about">{escape(article.kicker)}</p>' if article.kicker else "",
        f"<h1>{escape(article.title)}</h1>",
        f"<p>{escape(article.subtitle)}</p>" if article.subtitle else "",
        f'<p class="about">{escape("　".join(filter(None, map(str, filter(None, about)))))}</p>',
        f'<figure><img src="{escape(lead)}" alt="">{_below(article)}</figure>' if lead else "",
        article.body_with(lambda address: beside(address, _UP)),
        f'<p class="about">关键词：{escape("　".join(article.tags))}</p>' if article.tags else "",
        f'<p class="about"><a href="{escape(article.address)}">原文</a>　<a href="index.html">当日稿件</a></p>',
    ]
    meta = f'<meta name="AIGC" content="{escape(article.aigc)}">\n' if article.aigc else ""
    return _page(article.title, _UP, "\n".join(filter(None, parts)), meta)


def _below(article: OutgoingArticle) -> str:
    """What stands below the picture of an article: whose it is, and its label of artificial intelligence."""
    label = f"（{article.picture_label}）" if article.picture_label else ""
    words = escape(article.picture_credit + label)
    return f"<figcaption>{words}</figcaption>" if words else ""


def _write_day(folder: Path, day: str, titles: dict[str, str]) -> None:
    """Add articles to those that the day has already; one that is there is not there twice."""
    known: dict[str, str] = {}
    with suppress(FileNotFoundError):
        known = json.loads((folder / day / _ENTRIES).read_bytes())
    known |= titles
    lines = [(f"{key}.html", known[key]) for key in sorted(known, key=int, reverse=True)]
    write_whole(folder / day / "index.html", _list_page(day.replace("/", "-"), _UP, lines).encode())
    write_whole(folder / day / _ENTRIES, json.dumps(known, ensure_ascii=False).encode())


def _said(day: Path, year: Path) -> str:
    count = len(json.loads((day / _ENTRIES).read_bytes()))
    return f"{year.name}-{day.parent.name}-{day.name}（{count} 篇）"


def _list_page(title: str, up: str, lines: list[tuple[str, str]]) -> str:
    listed = "\n".join(f'<li><a href="{escape(link)}">{escape(words)}</a></li>' for link, words in lines)
    above = f'\n<p class="about"><a href="{up}index.html">首页</a></p>' if up else ""
    return _page(title, up, f"<h1>{escape(title)}</h1>\n<ul>\n{listed}\n</ul>{above}")


def _page(title: str, up: str, content: str, meta: str = "") -> str:
    return (
        '<!DOCTYPE html>\n<html lang="zh-Hans-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'{meta}<title>{escape(title)}</title>\n<link rel="stylesheet" href="{up}style.css">\n</head>\n<body>\n{content}\n</body>\n</html>\n'
    )
