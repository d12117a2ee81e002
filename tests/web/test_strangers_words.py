"""What strangers write never runs, neither for readers nor in the newsroom: in a real browser."""

import json

import pytest

pytestmark = pytest.mark.xdist_group("browser")

# Kept as the forms keep it, and what there is to look at.
WRITE = """
import json, sys
from meiri.fronts.models import FriendLink
from meiri.journal.content_keys import FOOTER
from meiri.journal.log import append
from meiri.journal.row_events import row_events_of
from meiri.newsroom.models import Article
from meiri.reports.handling import receive_report
from meiri.reports.models import Report
from meiri.visitors.receipt_keys import digest_of_key
from django.db import transaction
words = json.loads(open({path!r}).read())
article = Article.objects.live().order_by("pk").first()
with transaction.atomic():
    for n, text in enumerate(words):
        report = receive_report(Report(article=article, quote=text[:300], text=text, key_digest=digest_of_key(f"{{n:024}}")))
        FriendLink.objects.create(name=text[:40], url="https://stranger.example/", contact=text[:100], group="strangers")
    append(row_events_of(FriendLink).created(keys=[FOOTER], id="1", name="strangers"), "system")
print(report.pk)
"""
FORGET = """
from meiri.fronts.models import FriendLink
from meiri.journal.content_keys import FOOTER
from meiri.journal.log import append
from meiri.journal.row_events import row_events_of
from meiri.reports.models import Report
from django.db import transaction
with transaction.atomic():
    Report.objects.all().delete()
    FriendLink.objects.filter(group="strangers").delete()
    append(row_events_of(FriendLink).deleted(keys=[FOOTER], id="1", name="strangers"), "system")
"""


def payloads(folder) -> list[str]:
    lines = (folder / "security" / "big-list-of-naughty-strings" / "blns.txt").read_text().splitlines()
    risky = [x for x in lines if any(w in x.lower() for w in ("script", "alert", "onerror", "<img", "svg"))]
    assert len(risky) > 100
    # Many in one, so that few pages show them all; each begins another mark-up of its own.
    joined = [" ".join(risky[n : n + 6])[:1000] for n in range(0, len(risky), 6)]
    return [*joined, "</textarea><script>alert(1)</script>", '"><img src=x onerror=alert(1)>']


def test_reports_and_friend_links_never_run(editor, site, shared_data, tmp_path):
    words = payloads(shared_data)
    (tmp_path / "words.json").write_text(json.dumps(words))
    number = site.run(WRITE.format(path=str(tmp_path / "words.json"))).strip()
    page, ran = editor.new_page(), []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.add_init_script("window.alert = window.prompt = window.confirm = x => { window.ran = x || 1 }")
    last = int(number)
    looked_at = [
        *("/links/", "/links/apply/", "/admin/reports/?whose=all", "/admin/snippets/fronts/friendlink/"),
        *(f"/admin/reports/{n}/" for n in range(last - 5, last + 1)),
        *(f"/reports/receipt/{n:024}/" for n in range(len(words) - 6, len(words))),
    ]
    try:
        for address in looked_at:
            assert page.goto(address).status == 200, address
            assert page.evaluate("window.ran") is None, address
        assert page.locator("iframe[src^=javascript]").count() == 0
    finally:
        site.run(FORGET)
    assert ran == []
