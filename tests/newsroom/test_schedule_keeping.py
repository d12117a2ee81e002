"""What is scheduled goes live once, whatever else fails, and its editors are told what did not or was late."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry, Revision

from meiri.journal.models import Entry
from meiri.members.models import User
from meiri.newsroom import publication_checks, scheduling
from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import Finding, PublicationCheck, register_check
from meiri.newsroom.scheduling import publish_due_version, publish_scheduled
from meiri.personal.models import Notice
from tests.newsroom_factory import a_draft, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def begins_anew():
    scheduling._failures.clear()


@pytest.fixture
def writer():
    return User.objects.create_user("jizhe", "jizhe@example.org", "x")


def scheduled(title, by, ago=timedelta(seconds=1)) -> Article:
    """A draft by `by` that was to go live `ago`."""
    article = a_draft(title, created_by=by)
    article.go_live_at = timezone.now() + timedelta(hours=1)
    revision = article.save_revision(user=by)
    revision.publish()
    at = timezone.now() - ago
    revision.content["go_live_at"] = at.isoformat()
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=at, content=revision.content)
    return article


def is_live(article) -> bool:
    return Article.objects.get(pk=article.pk).live


def told(user) -> list[str]:
    return list(Notice.objects.filter(member=user).order_by("pk").values_list("text", flat=True))


class NoRiver(PublicationCheck):
    label = "河流"

    def findings(self, version, revision, by):
        if "坏" in version.title and version.go_live_at <= timezone.now():
            raise RuntimeError("an example of a fault")
        if "江" in version.title and not version.go_live_at > timezone.now():
            yield Finding("river", "标题里有河流。")


@pytest.fixture
def no_river(monkeypatch):
    monkeypatch.setattr(publication_checks, "_checks", [])
    register_check(NoRiver())


def test_what_is_due_goes_live_once_and_what_is_not_waits(writer):
    due, later = scheduled("秋收", writer), scheduled("冬藏", writer, ago=timedelta(minutes=-5))
    before = Entry.objects.filter(kind="article.published").count()
    publish_scheduled()
    publish_scheduled()
    assert (is_live(due), is_live(later)) == (True, False)
    assert Entry.objects.filter(kind="article.published").count() == before + 1
    assert told(writer) == []


@pytest.mark.usefixtures("no_river")
def test_one_that_is_stopped_stops_no_other_and_its_writer_is_told_why(writer):
    stopped, good = scheduled("松花江边", writer), scheduled("秋收", writer)
    for _ in range(2):
        publish_scheduled()
    assert (is_live(stopped), is_live(good)) == (False, True)
    assert told(writer) == ["《松花江边》没有按时发布，定时已取消：不能发布：标题里有河流。"]
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()
    entry = ModelLogEntry.objects.get(action=scheduling.STOPPED)
    assert entry.formatter.format_message(entry) == "定时发布已取消：不能发布：标题里有河流。"


def test_one_with_a_fault_is_tried_again_and_then_given_up(writer, no_river, monkeypatch):
    faulty, good = scheduled("坏稿", writer, ago=timedelta(seconds=5)), scheduled("秋收", writer)
    publish_scheduled()
    publish_scheduled()  # not yet
    assert (is_live(faulty), is_live(good)) == (False, True)
    assert scheduling._failures[Revision.objects.get(approved_go_live_at__isnull=False).pk].tries == 1
    for _ in range(scheduling.MOST_TRIES):
        for failure in scheduling._failures.values():
            failure.not_before = 0
        publish_scheduled()
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()
    texts = told(writer)
    assert len(texts) == 2
    assert "系统会再试" in texts[0]
    assert "定时已取消" in texts[1]


def test_what_was_late_is_said(writer):
    article = scheduled("秋收", writer, ago=timedelta(minutes=3, seconds=20))
    publish_scheduled()
    assert is_live(article)
    assert len(told(writer)) == 1
    assert "晚了3分2" in told(writer)[0]


def test_a_schedule_that_was_changed_meanwhile_is_left_alone(writer):
    article = scheduled("秋收", writer)
    revision = Revision.objects.get(approved_go_live_at__isnull=False)
    when = revision.approved_go_live_at
    Revision.objects.update(approved_go_live_at=None)
    assert not publish_due_version(revision.pk, when)
    assert not is_live(article)


def test_what_can_not_end_stops_no_other(monkeypatch):
    first, second = an_article(), an_article()
    Article.objects.update(expire_at=timezone.now() - timedelta(seconds=1))
    withdrawn = Article.unpublish

    def fails_once(self, *args, **options):
        if self.pk == first.pk:
            raise RuntimeError("an example of a fault")
        return withdrawn(self, *args, **options)

    monkeypatch.setattr(Article, "unpublish", fails_once)
    publish_scheduled()
    assert (is_live(first), is_live(second)) == (True, False)
