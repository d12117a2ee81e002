"""The robot: its people, what it holds against every answer, and what it asks after every deed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import requests

from tests.doors.findings import Report, pattern_of
from tests.doors.inspector import BESIDE
from tests.doors.newsroom import PEOPLE, Thing
from tests.doors.sight import Sight, may_change
from tests.doors.site import Site
from tests.doors.visitor import READER, Visitor

# The tables whose rows are the things of a newsroom.
TABLES = {
    "newsroom_article": "article",
    "media_picture": "picture",
    "wagtaildocs_document": "document",
    "wagtailcore_page": "page",
    "comments_comment": "comment",
    "letters_letter": "letter",
    "reports_report": "report",
}
SEARCHED = 15.0  # seconds until a search may be expected to know of a publication


class Robot:
    def __init__(self, site: Site, together: int = 1):
        """`together`: after so many changes readers' pages are looked at, all of them."""
        self.site, self.report, self.together = site, Report(), together
        self.sight = Sight(site.things)
        self.visitors: dict[str, Visitor] = {}
        self.reader = Visitor(site.url, READER, self.watch)
        self.unverified: list[
            tuple[str, bool]
        ] = []  # what changed something: where, and whether the journal was told
        self.slowest = 0.0  # seconds until pages had followed a change
        self.unclean = False

    def visitor(self, role: str) -> Visitor:
        """That person, signed in."""
        if role not in self.visitors:
            visitor = Visitor(self.site.url, role, self.watch)
            visitor.sign_in()
            self.visitors[role] = visitor
        return self.visitors[role]

    def things(self, kind: str, **wanted: str) -> list[Thing]:
        return [
            thing
            for thing in self.site.things
            if thing.kind == kind and all(getattr(thing, name) == value for name, value in wanted.items())
        ]

    def thing(self, kind: str, **wanted: str) -> Thing:
        return self.things(kind, **wanted)[0]

    def watch(self, role: str, method: str, address: str, answer: requests.Response) -> None:
        """Every answer: no failure, and nothing that this role may not see."""
        self.report.done["answers"] += 1
        self.report.done["sent" if method == "POST" else "pages"] += 1
        if answer.status_code >= 500:
            self.report.add("fails", role, address, f"{method}: {answer.status_code}")
        said = (address + str(answer.request.body or "")).encode()
        for thing, what in self.sight.wrongly_seen(role, answer.content, said):
            self.report.add(
                "seen", role, address, f"{what} of a {thing.kind} ({thing.state}) of {thing.owner}"
            )

    @contextmanager
    def deed(
        self, role: str, address: str, *, entries: int | None = None, may: bool = True
    ) -> Iterator[None]:
        """Around something that is done: what it changed is what the journal says, and what readers get.

        `entries`: how many entries the journal must have of it; where it is not said, at most one. `may`: whether the role is to
        find the door open; where it should and is not, that is a finding.
        """
        self.start_over()
        self.site.ask("changes")
        self.report.done["deeds"] += 1
        try:
            yield
        except LookupError as error:
            self.report.done["refused"] += 1
            if may:
                self.report.add("refused", role, address, pattern_of(str(error)))
                return
        self.judge(role, address, entries)

    def judge(self, role: str, address: str, entries: int | None = None, *, verifies: bool = True) -> bool:
        """Hold what changed since the last question against the rules. Whether anything changed. `verifies`: whether readers' pages
        are looked at now, each of them, or by the next `verify`."""
        changes = self.site.ask("changes")
        rows = [row for row in changes["rows"] if not row.startswith(BESIDE)]
        told = [entry for entry in changes["entries"] if entry["actor"] != "system"]
        if told and not rows:
            self.report.add("told of nothing", role, address, ", ".join(sorted({e["kind"] for e in told})))
        elif len(told) > 1 if entries is None else len(told) != entries:
            self.report.add("told wrongly", role, address, " ".join(e["kind"] for e in told) or "no entry")
        self._overreach(role, address, rows)
        if rows or told:
            self.unverified.append((address, bool(changes["entries"])))
        if verifies and len(self.unverified) >= self.together:
            self.verify(role)
        elif verifies:
            self.site.ask("settled")
        return bool(rows or told)

    def _overreach(self, role: str, address: str, rows: list[str]) -> None:
        tasks = {task: thing for thing in self.site.things for task in thing.tasks}
        for row in rows:
            table, _, pk = row.partition(":")
            if table == "wagtailcore_taskstate":
                thing = tasks.get(int(pk))
            else:
                kind = TABLES.get(table)
                thing = next((t for t in self.site.things if t.kind == kind and str(t.pk) == pk), None)
            if thing is not None and not may_change(role, thing):
                self.report.add("overreach", role, address, f"{table} of a {thing.kind} of {thing.owner}")

    def verify(self, role: str) -> None:
        """Look at readers' pages where anything changed since this was done last."""
        if not self.unverified:
            return
        address = " ".join(dict.fromkeys(address.partition("?")[0] for address, _ in self.unverified))
        told = all(told for _, told in self.unverified)
        self.unverified.clear()
        answer = self.site.ask("faults_now")
        self.slowest = max(self.slowest, answer["seconds"])
        for fault in answer["faults"]:
            kind = "unrenderable" if "can't be rendered" in fault else "stale" if told else "unjournalled"
            self.report.add(kind, role, address, fault)
        self.unclean |= bool(answer["faults"])

    def start_over(self) -> None:
        """Before the next deed, not before readers were asked about this one."""
        if self.unclean:
            self.site.ask("start_over")
            self.unclean = False

    def check_article(self, role: str, address: str, pk: int, mark: str) -> None:
        """What readers get of an article is what the admin says of it, wherever it may stand."""
        live, _, at = self.site.ask("articles")["article"].get(str(pk), (False, "", ""))
        keys = self.site.ask("listed", pk=pk)["places"]
        places = {f"/{key.partition(':')[2]}/" for key in keys if key.startswith("channel:")}
        places |= {f"/difang/{key.partition(':')[2]}/" for key in keys if key.startswith("station:")}
        places |= {"/rss.xml", "/feed.json", "/api/v1/articles/", "/zh-hant/rss.xml"}
        places |= {f"/zh-hant{place}" for place in places if place.endswith("/") and "api" not in place}
        if at:
            for edition in ("", "/zh-hant"):
                self._shown(role, address, edition + at, mark, live)
        for place in sorted(places):
            self._shown(role, address, place, mark, live)
        self._found_by_search(role, address, mark, live)

    def check_page(self, role: str, address: str, pk: int, mark: str) -> None:
        """The same of a laid-out page."""
        live, _, at = self.site.ask("articles")["page"].get(str(pk), (False, "", None))
        for edition in ("", "/zh-hant"):
            if at:
                self._shown(role, address, edition + at, mark, live)

    def check_gone(self, role: str, address: str, at: str) -> None:
        """Nothing is at an address any more, in no edition; it may lead to where something is now."""
        self.until(lambda: self._is_gone(at))
        for edition in ("", "/zh-hant"):
            if not self._is_gone(edition + at):
                self.report.add("readers", role, address, "what was taken away is still there")

    def _is_gone(self, at: str) -> bool:
        answer = self.reader.get(at)
        return answer.status_code in (404, 410) or answer.address != at

    def _shown(self, role: str, address: str, at: str, mark: str, live: bool) -> None:
        answer = self.reader.get(at)
        if (mark in answer.text) != live or (live and answer.status_code != 200):
            what = "live, but not shown" if live else "not live, but shown"
            kind = "an article or page" if mark[0] == "q" else mark
            self.report.add("readers", role, address, f"{kind} is {what} at {at} ({answer.status_code})")

    def _found_by_search(self, role: str, address: str, mark: str, live: bool) -> None:
        at = f"/api/v1/search/?q={quote(mark)}"
        until = time.monotonic() + SEARCHED
        while (found := mark in self._results(at)) != live and time.monotonic() < until:
            time.sleep(0.1)
        if found != live:
            self.report.add("readers", role, address, f"search finds it: {found}, live: {live}")

    def _results(self, at: str) -> str:
        """What a search answers, without the words that were asked for."""
        answer = self.reader.get(at)
        return str([hit["title"] for hit in answer.json()["results"]]) if answer.status_code == 200 else ""

    def until(self, true: Callable[[], bool], seconds: float = 15.0) -> bool:
        """Whether it becomes true in that time."""
        until = time.monotonic() + seconds
        while not true():
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def roles(self) -> list[str]:
        return list(PEOPLE)
