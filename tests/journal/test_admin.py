"""The journal's list in the admin."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meiri.comments.events import CommentRejected
from meiri.journal import listing
from meiri.journal.content_keys import NAV, RIVER
from meiri.journal.events import UnknownEvent, declared_events, label_of
from meiri.journal.listing import kinds, stretch
from meiri.journal.log import append
from meiri.journal.row_events import row_events_of
from meiri.newsroom.events import ArticleWithdrawn
from meiri.sections.models import Channel
from tests.journal.entries import published

pytestmark = pytest.mark.django_db


def entries(count: int, event=None, actor="system", title=""):
    """Entries of `event`, or of so many articles that were published."""
    with transaction.atomic():
        for n in range(count):
            append(event or published(n, title, RIVER), actor)


def changed(*keys):
    """A channel was changed."""
    return row_events_of(Channel).changed(keys=keys, id="1", name="科技")


def sequences(page) -> list[int]:
    return [e.sequence for e in page.entries]


@pytest.fixture
def auditor():
    user = get_user_model().objects.create_user("shenji", password="x", first_name="审计员")
    for codename in ("view_entry", "access_admin"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
    return user


class TestStretches:
    def test_pages_lead_to_the_oldest_entry_and_back(self):
        entries(25)
        seen, position = [], None
        while True:
            page = stretch(size=10, before=position)
            seen.append(sequences(page))
            if not page.has_older:
                break
            position = page.oldest
        assert seen == [list(range(25, 15, -1)), list(range(15, 5, -1)), list(range(5, 0, -1))]
        back = stretch(size=10, after=page.newest)
        assert sequences(back) == seen[1]
        assert sequences(stretch(size=10, after=back.newest)) == seen[0]
        assert not stretch(size=10, after=back.newest).has_newer

    def test_an_empty_journal_has_no_neighbours(self):
        page = stretch()
        assert (page.entries, page.has_older, page.has_newer) == ([], False, False)

    def test_a_position_beyond_the_end_shows_the_end(self):
        entries(3)
        assert sequences(stretch(before=99)) == [3, 2, 1]
        assert sequences(stretch(after=99)) == []

    def test_a_kind_is_found_alone(self):
        entries(3)
        entries(2, changed(NAV))
        assert sequences(stretch(kind="channel.changed")) == [5, 4]
        assert kinds() == ["article.published", "channel.changed"]

    def test_a_key_is_found_whole_and_not_as_a_part(self):
        entries(13)
        assert sequences(stretch(key="article:1")) == [2]
        assert sequences(stretch(key="ARTICLE:1")) == []
        assert sequences(stretch(key="%")) == []

    def test_a_search_by_key_goes_on_where_it_stopped(self, monkeypatch):
        monkeypatch.setattr(listing, "SEARCHED", 10)
        entries(1, changed(NAV))
        entries(24)
        page = stretch(key="nav")
        assert (page.entries, page.oldest, page.has_older) == ([], 16, True)
        page = stretch(key="nav", before=page.oldest)
        page = stretch(key="nav", before=page.oldest)
        assert (sequences(page), page.has_older) == ([1], False)
        assert stretch(key="nav", after=page.newest).newest == 15


class TestList:
    def test_it_says_what_was_done_by_whom_in_chinese(self, client, auditor):
        entries(1, actor=f"user:{auditor.pk}", title="秋粮入库")
        client.force_login(auditor)
        text = client.get(reverse("journal_list")).content.decode()
        entry = stretch().entries[0]
        for words in ("稿件：发布", "秋粮入库", "article:0", "审计员", entry.digest[:10], entry.digest):
            assert words in text

    def test_filters_stay_while_turning_pages(self, client, auditor):
        entries(60)
        entries(5, changed(NAV))
        client.force_login(auditor)
        response = client.get(reverse("journal_list"), {"kind": "article.published"})
        assert len(response.context["rows"]) == 50
        response = client.get(reverse("journal_list") + response.context["older_url"])
        assert [r.entry.sequence for r in response.context["rows"]] == list(range(10, 0, -1))

    def test_it_neither_counts_nor_skips_and_costs_the_same_for_many(
        self, client, auditor, django_assert_num_queries
    ):
        client.force_login(auditor)
        with transaction.atomic():
            append(changed(NAV), f"user:{auditor.pk}")
        numbers = []
        for _ in range(2):
            client.get(reverse("journal_list"))  # the site's name follows the journal
            with CaptureQueriesContext(transaction.get_connection()) as queries:
                client.get(reverse("journal_list"), {"key": "nav"})
            numbers.append(len(queries))
            for query in queries:
                assert not re.search(r"COUNT\(|OFFSET", query["sql"]), query["sql"]
            entries(60, changed(NAV), actor=f"user:{auditor.pk}")
        assert numbers[0] == numbers[1]

    def test_it_is_for_those_who_may(self, client):
        editor = get_user_model().objects.create_user("bianji", password="x")
        editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
        client.force_login(editor)
        assert client.get(reverse("journal_list")).status_code == 302
        assert "日志" not in client.get(reverse("wagtailadmin_home")).content.decode()

    @pytest.mark.parametrize(
        "wrong", ["before=x", "after=-3", "before=99999999999999999999", "kind=%00x", "key=a b"]
    )
    def test_a_mangled_address_is_still_answered(self, client, auditor, wrong):
        client.force_login(auditor)
        entries(2)
        assert client.get(f"{reverse('journal_list')}?{wrong}").status_code == 200


class TestNames:
    def test_kinds_are_named_by_their_models_and_deeds(self):
        assert label_of("article.withdrawn") == "稿件：撤下"
        assert label_of("channel.changed") == "频道：修改"
        assert label_of("comment.approved") == "评论：通过"
        assert label_of("letter.contact_opened") == "来信：查看联系方式"

    def test_every_kind_that_is_written_has_a_name(self):
        written = [event.kind for event in declared_events()]
        assert {"article.published", "contributor.accepted", "letter.noted", "report.refused"} <= set(written)
        assert [kind for kind in written if re.search("[a-z]", label_of(kind))] == []

    def test_an_unknown_kind_stays_readable(self):
        assert label_of("sputnik.launched") == "sputnik：launched"

    def test_a_payload_without_telling_words_is_shown_as_it_is(self):
        assert UnknownEvent(unknown_kind="x.y", unknown_payload={"by": "sample"}).summary == "by：sample"
        assert ArticleWithdrawn(title="标题", reason="有误", url="/x").summary == "标题 · 有误"
        assert CommentRejected(comment=3, article=42, reason="广告").summary == "稿件 42 · 评论 3 · 广告"
