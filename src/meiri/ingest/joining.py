"""The pages of one article (下一页), which sites number and call by one canonical address: joined in their order, or all but the
first refused. What one item brought, another of the same run never overwrites."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePath

from meiri.ingest.headline import letters
from meiri.ingest.items import Item
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import plain

# Items that are held back until their other pages have come: files are read in order of name.
HELD = 50
MOST_PAGES = 100
LONGEST_BODY = 1_000_000
# The number at the end of a file's name (a_2.html, a-2.html, a_p2.html, 第2页), and in a headline.
_NUMBER_OF_FILE = re.compile(r"(?:[_-](?:p|page|页)?[_-]?|第|\.|\?page=)(\d{1,3})页?$", re.IGNORECASE)
NUMBER_OF_TITLE = re.compile(r"(?:[（(_-] ?第?(\d{1,3}) ?页? ?[)）]?|第(\d{1,3})页)$")
OTHER_PAGE = "原文地址与这次导入的另一份（{}）相同，内容不同，没有导入，以免互相覆盖。如果是同一篇的另一页，请合成一份再导入。"

SAME_PAGE = "这次导入的文件里已有同样的一页，没有再导入。"


def joined(items: Iterable[Item]) -> Iterator[Item]:
    """The items of a run, in their order, pages of one article as one item where the first of them stood."""
    held: dict[object, list[Item]] = {}
    taken: dict[str, tuple[str, str]] = {}
    for number, item in enumerate(items):
        address = _address(item)
        if address and address in held:
            held[address].append(item)
        elif address and address in taken:
            yield _after(item, taken[address])
        else:
            held[address or number] = [item]
        while len(held) > HELD:
            yield from _release(held, taken)
    while held:
        yield from _release(held, taken)


def _release(held: dict[object, list[Item]], taken: dict[str, tuple[str, str]]) -> Iterator[Item]:
    first = next(iter(held))
    group = held.pop(first)
    if isinstance(first, str):
        taken[first] = _text_of(group[0]), group[0].file
    yield from _as_one(group) if len(group) > 1 else group


def _after(item: Item, before: tuple[str, str]) -> Item:
    """An item whose address one of the same run had: as it is where its text is the same."""
    text, file = before
    return item if _text_of(item) == text else Item(item.file, reason=OTHER_PAGE.format(file))


def _address(item: Item) -> str:
    if item.article is None:
        return ""
    return item.article.original_url or (item.extras.url if item.extras else "")


def _text_of(item: Item) -> str:
    return letters(f"{item.article.title}\n{plain(item.article.body)}") if item.article else ""


def _as_one(group: list[Item]) -> Iterator[Item]:
    """Items of one address: joined where they are numbered from the first to the last, else the first alone."""
    distinct: dict[str, Item] = {}
    repeated = []
    for item in group:
        if distinct.setdefault(_text_of(item), item) is not item:
            repeated.append(item)
    first, *others = distinct.values()
    try:
        yield _join(_in_order([first, *others])) if others else first
    except Unreadable:
        yield first
        for item in others:
            yield Item(item.file, reason=OTHER_PAGE.format(first.file))
    for item in repeated:
        # Of an article that stands alone it is told as any other duplicate.
        yield Item(item.file, reason=SAME_PAGE) if others else item


def _in_order(group: list[Item]) -> list[Item]:
    """Pages by their numbers. Raises `Unreadable` where they are not those of one article, each once and none missing."""
    by_file = [_NUMBER_OF_FILE.search(PurePath(item.file).stem) for item in group]
    titles = [item.article.title if item.article else "" for item in group]
    if any(by_file):
        numbers = [_number(found) for found in by_file]
        heads = {_NUMBER_OF_FILE.sub("", PurePath(item.file).stem) for item in group}
    else:
        numbers = [_number(NUMBER_OF_TITLE.search(title.strip())) for title in titles]
        heads = set()
    heads_of_titles = {letters(NUMBER_OF_TITLE.sub("", title.strip())) for title in titles}
    whole = sorted(numbers) == list(range(1, len(group) + 1)) and len(group) <= MOST_PAGES
    if not whole or len(heads) > 1 or len(heads_of_titles) > 1 or not _find_each_others_pictures(group):
        raise Unreadable("")
    return [item for _, item in sorted(zip(numbers, group, strict=True), key=lambda pair: pair[0])]


def _number(found: re.Match | None) -> int:
    """The number of a page; that of the first may be missing."""
    return int(next(filter(None, found.groups()), 1)) if found else 1


def _find_each_others_pictures(group: list[Item]) -> bool:
    """Whether pictures beside the pages are found from each of them."""
    beside = any(
        picture.data is None and not picture.is_remote
        for item in group
        for picture in (item.article.pictures if item.article else ())
    )
    return not beside or len({(item.page.parent if item.page else None, item.root) for item in group}) == 1


def _join(pages: list[Item]) -> Item:
    first = pages[0]
    articles = [page.article for page in pages if page.article]
    names = "、".join(PurePath(page.file).name for page in pages[:10])
    body = "\n".join(article.body for article in articles)
    if len(body) > LONGEST_BODY:
        raise Unreadable("")
    pictures = {picture.url: picture for article in articles for picture in article.pictures}
    warnings = [w for article in articles for w in article.warnings]
    whole: ParsedArticle = replace(
        articles[0],
        title=NUMBER_OF_TITLE.sub("", articles[0].title.strip()).strip(),
        body=body,
        pictures=list(pictures.values()),
        editor=next((a.editor for a in articles if a.editor), ""),
        warnings=[*dict.fromkeys(warnings), f"由 {len(pages)} 页合成：{names}。"],
    )
    originals = tuple(original for page in pages for original in page.originals)
    return replace(first, article=whole, originals=originals)
