"""A process beside the site that looks into its database and its stored pages.

It reads one JSON object a line, `{"ask": …}`, and answers with one. It stands in for what an operator asks with `meiri verify`,
without starting anew for each question.
"""

import hashlib
import json
import os
import sys
import time

STANDSTILL = 4.0  # seconds without any page made after which no more is waited for
# What changes by itself, or with every request: sessions, limits, positions, what is derived.
BY_THEMSELVES = (
    "journal_", "django_session", "visitors_", "delivery_", "search_", "audience_", "members_signin", "members_history",
    "wagtailadmin_editingsession", "wagtailcore_referenceindex", "wagtailsearch_", "django_migrations",
    "django_content_type", "media_rendition", "sqlite_", "operations_jobrun", "operations_node",
)  # fmt: skip
# What is beside a change: logs of who did it and when somebody was last here.
BESIDE = (
    "wagtailcore_pagesubscription",
    "wagtailcore_modellogentry",
    "wagtailcore_pagelogentry",
    "members_user",
    "wagtailusers_userprofile",
)


class Inspector:
    """Answers each question; remembers what it saw last."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}
        self.sequence = 0
        self.faults: set[str] = set()

    def found(self) -> dict:
        """Make the newsroom; its things."""
        from tests.doors.newsroom import found

        return {"things": found()}

    def changes(self) -> dict:
        """What changed in the database since this was asked last: rows, and entries of the journal."""
        from meiri.journal.models import Entry

        rows = rows_now()
        changed = sorted(k for k in rows.keys() | self.rows.keys() if rows.get(k) != self.rows.get(k))
        entries = list(Entry.objects.filter(sequence__gt=self.sequence).order_by("sequence"))
        self.rows, self.sequence = rows, entries[-1].sequence if entries else self.sequence
        return {
            "rows": changed,
            "entries": [{"kind": e.kind, "keys": e.keys, "actor": e.actor} for e in entries],
        }

    def faults_now(self) -> dict:
        """What `meiri verify` finds after the worker has followed, and pages that can't be rendered. Each is told once."""
        from meiri.journal.verification import verify_chain
        from tests.caches import clear_caches

        seconds = settle()
        clear_caches()
        suspects, statuses = stale()
        found = {f"{address} is not what it should be" for address in suspects}
        if broken := verify_chain().broken:
            found.add(f"entry {broken.sequence}: {broken.reason}")
        for address in self.addresses():
            status = statuses.get(address) or rendered_status(address)
            if status >= 500:
                found.add(f"{address} can't be rendered: {status}")
        new, self.faults = found - self.faults, found
        return {"faults": sorted(new), "seconds": seconds}

    def settled(self) -> dict:
        """When the worker has followed what was done."""
        return {"seconds": settle()}

    def addresses(self) -> set[str]:
        """Every stored page, and what readers ask for first."""
        from meiri.delivery.page_store import page_store

        return {address for _, address in page_store().index.current()} | public_addresses()

    def start_over(self) -> dict:
        """Throw the stored pages away, so that the next fault is not taken for this one's."""
        from meiri.delivery.page_store import page_store

        page_store().start_over()
        self.faults = set()
        return {}

    def articles(self) -> dict:
        """What is live by the database: each article and laid-out page, with its address."""
        from wagtail.models import Page

        from meiri.newsroom.models import Article

        live = {
            a.pk: [a.live, a.title, a.get_absolute_url()] for a in Article.objects.select_related("channel")
        }
        laid_out = {p.pk: [p.live, p.title, p.get_url()] for p in Page.objects.filter(depth__gt=1).specific()}
        return {"article": live, "page": laid_out}

    def listed(self, pk: int) -> dict:
        """The places that list an article, as the river names them."""
        from meiri.newsroom.article_keys import keys_of_places
        from meiri.newsroom.models import Article

        article = Article.objects.get(pk=pk)
        return {"places": keys_of_places([x.place for x in article.listings.all()]), "live": article.live}

    def patterns(self) -> dict:
        """Every address pattern of the site."""
        from django.urls import get_resolver

        return {"patterns": sorted(set(patterns_below(get_resolver())))}


def rows_now() -> dict[str, str]:
    """A digest of every row that is not passing, by `table:primary key`."""
    from django.apps import apps
    from django.db import connection

    rows = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table.startswith(BY_THEMSELVES) or not model._meta.managed:
                continue
            key = model._meta.pk.column
            cursor.execute(f'SELECT "{key}", * FROM "{table}"')  # noqa: S608
            skipped = {"last_login"} if table == "members_user" else set()
            columns = [c[0] for c in cursor.description]
            for row in cursor.fetchall():
                kept = [v for c, v in zip(columns, row, strict=True) if c not in skipped]
                rows[f"{table}:{row[0]}"] = hashlib.md5(
                    repr(kept).encode(), usedforsecurity=False
                ).hexdigest()
    return rows


def settle() -> float:
    """Wait until the site's own worker has followed the journal and no page is made again any more. How many seconds that took.
    A page that can't be made waits for ever: the end is also when nothing moves for a while."""
    from meiri.delivery.page_store import page_store
    from meiri.journal.log import last_sequence

    index, began = page_store().index, time.monotonic()
    moved, last = began, None
    while time.monotonic() < moved + STANDSTILL:
        position = index.position
        follows = position is not None and position.sequence >= last_sequence()
        waiting = index.dirty_pages(1000)
        if follows and not waiting:
            break
        if (position, waiting) != last:
            moved, last = time.monotonic(), (position, waiting)
        time.sleep(0.02)
    return round(time.monotonic() - began, 2)


def stale() -> tuple[list[str], dict[str, int]]:
    """The stored pages that are not what would be rendered now, as `meiri verify` finds them, and with which status each that it
    looked at was rendered last. It waits for pages that are being made again; those that can't be made would be waited for in vain."""
    from meiri.delivery.page_store import page_store
    from meiri.delivery.verifying import LOOKS, PASSING, compare

    store, statuses = page_store(), {}
    suspects = [a for _, a in store.index.current(most=5000) if PASSING not in store.index.keys_of(a)]
    for _ in range(LOOKS):
        compared = {a: compare(store, a) for a in suspects if store.index.knows(a)}
        statuses |= {a: found.status for a, found in compared.items()}
        suspects = [a for a, found in compared.items() if found.stale]
        if suspects:
            settle()
    return suspects, statuses


def public_addresses() -> set[str]:
    from meiri.newsroom.models import Article

    fronts = {"/", "/zh-hant/", "/zhuanti/", "/zazhi/", "/difang/", "/rss.xml", "/sitemap.xml"}
    live = Article.objects.filter(live=True).select_related("channel").order_by("-published_at")[:30]
    return fronts | {a.get_absolute_url() for a in live}


def rendered_status(address: str) -> int:
    from meiri.delivery.rendering import render

    return render(address).response.status_code


def patterns_below(resolver, prefix: str = ""):
    from django.urls.resolvers import URLResolver

    for pattern in resolver.url_patterns:
        whole = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns_below(pattern, whole)
        else:
            yield whole


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed
    import django

    django.setup()
    inspector = Inspector()
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = getattr(inspector, question.pop("ask"))(**question)
        except Exception as error:  # told to the robot, which fails
            answer = {"error": repr(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
