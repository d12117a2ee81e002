"""Addresses that generators of static sites give to posts: Hexo (https://hexo.io/docs/permalinks), Jekyll (https://jekyllrb.com/docs/permalinks/),
Hugo (https://gohugo.io/configuration/permalinks/)."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

_TOKEN = re.compile(r":([a-z_]{1,30})")
_NO_SLUG = re.compile(r"[\s#?%&/\\:;\"'<>|*]+")
_SLASHES = re.compile(r"/{2,}")
# Jekyll's names for patterns.
_JEKYLL_STYLES = {
    "": "/:categories/:year/:month/:day/:title.html",
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}


class Generator(StrEnum):
    """A program that makes a site of a folder of texts."""

    HEXO = "Hexo"
    HUGO = "Hugo"
    JEKYLL = "Jekyll"


@dataclass
class PlacedText:
    """Where a text lies and what of it stands in addresses. `name`: of its file, without date and ending; `folders`: those between
    the folder of all texts and its own."""

    name: str
    title: str
    folders: tuple[str, ...]
    categories: tuple[str, ...]
    at: datetime | None
    slug: str = ""


@dataclass
class AddressRules:
    """How a site makes the addresses of its posts. `pattern`: of posts; `patterns`: of those in some folders (Hugo's sections);
    `root`: the path under which the site lies."""

    generator: Generator
    pattern: str = ""
    patterns: dict[str, str] = field(default_factory=dict)
    root: str = "/"

    def address_of(self, text: PlacedText) -> str:
        """The path of a post; "" where its pattern asks for a date that it does not have."""
        pattern = self._pattern_of(text)
        if text.at is None and re.search(r":(?:year|month|day|hour|minute|second|i_|y_day)", pattern):
            return ""
        values = self._values_of(text)
        path = _TOKEN.sub(lambda found: values.get(found[1], ""), pattern.replace(":output_ext", ".html"))
        return _SLASHES.sub("/", f"{self.root}/{path}")

    def _pattern_of(self, text: PlacedText) -> str:
        if self.generator == Generator.JEKYLL:
            return _JEKYLL_STYLES.get(self.pattern, self.pattern)
        if self.generator == Generator.HEXO:
            return self.pattern or ":year/:month/:day/:title/"
        section = text.folders[0] if text.folders else ""
        return self.patterns.get(section) or "/:sections/:slugorcontentbasename/"

    def _values_of(self, text: PlacedText) -> dict[str, str]:
        name = text.slug or text.name
        if self.generator == Generator.HUGO:
            name = slug_of(name)
        folders = "/".join(text.folders)
        values = {
            "title": slug_of(text.title) if self.generator == Generator.HUGO else name,
            "post_title": slug_of(text.title),
            "slug": slug_of(text.slug or text.title),
            "name": text.name,
            "filename": text.name,
            "contentbasename": name,
            "slugorfilename": name,
            "slugorcontentbasename": name,
            "category": "/".join(text.categories) or "uncategorized",
            "categories": "/".join(slug_of(one) for one in text.categories),
            "section": text.folders[0] if text.folders else "",
            "sections": folders,
        }
        if self.generator == Generator.HEXO and folders and not text.slug:
            values["title"] = f"{folders}/{name}"
        return values | (date_values(text.at) if text.at else {})


def date_values(at: datetime) -> dict[str, str]:
    return {
        "year": f"{at:%Y}",
        "short_year": f"{at:%y}",
        "month": f"{at:%m}",
        "day": f"{at:%d}",
        "hour": f"{at:%H}",
        "minute": f"{at:%M}",
        "second": f"{at:%S}",
        "y_day": f"{at:%j}",
        "i_month": str(at.month),
        "i_day": str(at.day),
        "monthname": f"{at:%B}",
        "yearday": str(at.timetuple().tm_yday),
    }


def slug_of(text: str) -> str:
    """A title as addresses have it: in lower case, with hyphens for spaces and for what addresses may not hold."""
    return _NO_SLUG.sub("-", text.strip().lower()).strip("-")
