"""The walk: from the first screen along every link, and to every address that the patterns allow with the things of each desk."""

import itertools
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator

from tests.doors.findings import pattern_of
from tests.doors.forms import Form, forms_of, links_of
from tests.doors.newsroom import Thing
from tests.doors.robot import Robot
from tests.doors.visitor import READER, Visitor

# Leads out of the newsroom, or to what is no page.
LEFT_OUT = re.compile(r"/(static|media|assets)/|logout|/members/|/jsi18n/|/sprite")
ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>((?:[^()]|\([^()]*\))*)\)")
# Which things an argument of a pattern may stand for, by what stands in the pattern.
OF_PATTERN = [
    (re.compile(r"newsroom/article|workflow|similar|lineage|corrections"), ("article",)),
    (re.compile(r"images"), ("picture",)),
    (re.compile(r"documents"), ("document",)),
    (re.compile(r"admin/comments/"), ("comment",)),
    (re.compile(r"admin/letters/"), ("letter",)),
    (re.compile(r"admin/reports/"), ("report",)),
    (re.compile(r"pages/|choose-page"), ("page",)),
]
# Addresses of Wagtail that take a list of things by their query.
BY_QUERY = {
    "/admin/bulk/newsroom/article/delete/?id={}": "article",
    "/admin/bulk/newsroom/article/publish/?id={}": "article",
    "/admin/bulk/newsroom/article/unpublish/?id={}": "article",
    "/admin/bulk/wagtailcore/page/publish/?id={}": "page",
    "/admin/bulk/wagtailcore/page/unpublish/?id={}": "page",
    "/admin/bulk/wagtailcore/page/delete/?id={}": "page",
    "/admin/bulk/wagtailcore/page/move/?id={}": "page",
    "/admin/bulk/media/picture/delete/?id={}": "picture",
    "/admin/bulk/wagtaildocs/document/delete/?id={}": "document",
    "/admin/snippets/choose/newsroom/article/chosen-multiple/?id={}": "article",
    "/admin/images/chooser/chosen-multiple/?id={}": "picture",
    "/admin/documents/chooser/chosen-multiple/?id={}": "document",
}
WORDS = {"action_name": ("approve", "reject"), "action": ("publish",), "filter_spec": ("width-100",)}


def walk(robot: Robot, visitor: Visitor, begin: Iterable[str], most: int, each: int = 2) -> list[Form]:
    """Follow links breadth first, `most` of them, at most `each` of one pattern. The forms that were met, one of a kind."""
    seen, kinds, forms = set(), Counter(), {}
    waiting = deque(begin)
    while waiting and len(seen) < most:
        address = waiting.popleft()
        kind = pattern_of(address)
        if address in seen or kinds[kind] >= each or LEFT_OUT.search(address):
            continue
        seen.add(address)
        kinds[kind] += 1
        answer = visitor.get(address)
        robot.report.done["walked"] += 1
        text = answer.text
        inside = "/admin/" if visitor.role != READER else "/"
        waiting.extend(sorted(a for a in links_of(text) if a.startswith(inside) and a not in seen))
        if "html" in answer.headers.get("Content-Type", ""):
            for form in forms_of(text, address):
                key = pattern_of(form.action), form.method, tuple(sorted(name for name, _ in form.buttons))
                forms.setdefault(key, form)
    return list(forms.values())


def guess(robot: Robot, visitor: Visitor, things: list[Thing], patterns: Iterable[str]) -> None:
    """Ask for every address of the newsroom that `patterns` allow with these things."""
    for address in dict.fromkeys(guessed(patterns, things)):
        visitor.get(address)
        robot.report.done["guessed"] += 1


def guessed(patterns: Iterable[str], things: list[Thing]) -> Iterator[str]:
    for pattern in patterns:
        if pattern.startswith("admin/") and not LEFT_OUT.search("/" + pattern):
            wanted = next((kinds for words, kinds in OF_PATTERN if words.search(pattern)), ())
            for thing in things:
                if thing.kind in wanted:
                    yield from filled(pattern, thing)
    for address, kind in BY_QUERY.items():
        yield from (address.format(thing.pk) for thing in things if thing.kind == kind)
    articles = [thing.pk for thing in things if thing.kind == "article"]
    yield from (f"/admin/similar/{a}/{b}/" for a, b in itertools.pairwise(articles))


def filled(pattern: str, thing: Thing) -> Iterator[str]:
    """The addresses of a pattern whose arguments are of `thing`; none where an argument is of something else."""
    plain = pattern.replace("^", "").replace("$", "").replace("\\.", ".")
    values = [_values(match, thing) for match in ARGUMENT.finditer(plain)]
    parts = ARGUMENT.sub("\0", plain).split("\0")
    if not values or len(parts) != len(values) + 1:
        return
    for chosen in itertools.product(*values):
        pairs = itertools.zip_longest(parts, chosen, fillvalue="")
        yield "/" + "".join(part + value for part, value in pairs)


def _values(match: re.Match, thing: Thing) -> list[str]:
    name = match[2] or match[3]
    if name in WORDS:
        return list(WORDS[name])
    if name == "revision_id":
        return [str(pk) for pk in thing.revisions[-1:]]
    if name in ("revision_id_a", "revision_id_b"):
        return ["earliest" if name.endswith("a") else "latest"]
    if name in ("task_state_id", "task_id"):
        return [str(pk) for pk in thing.tasks]
    if name in ("pk", "second", "first", "page_id", "parent_page_id", "page_to_move_id") or (
        name.removesuffix("_id").replace("doc", "document").replace("documentument", "document")
        in (thing.kind, "image")
    ):
        return [str(thing.pk)]
    return []
