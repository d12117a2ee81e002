"""Plan items, from the idea to what was published; through the doors that people use."""

from datetime import date, datetime, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html
from wagtail.models import WorkflowState

from meiri.journal.consumers import run_consumer
from meiri.live.directing import move_coverage
from meiri.live.models import Coverage, CoverageState
from meiri.newsroom.inbox import inbox_of
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from meiri.newsroom.roles import CHIEFS, REPORTERS
from meiri.personal.models import Notice
from meiri.personal.personal_data import erase_personal_data, export_personal_data
from meiri.planning import deciding
from meiri.planning.board import origin_of
from meiri.planning.models import (
    Assignment,
    AssignmentState,
    Medium,
    PlanItem,
    PlanState,
    PlanTheme,
    Rhythm,
)
from meiri.planning.recurring import propose_themes
from meiri.policy import may
from tests.live.live_factory import a_person
from tests.newsroom_factory import a_channel, a_source, a_station

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def newsroom(shared_database):
    create_newsroom()
    create_desk("科技编辑", [a_channel()])
    create_desk("浙江站编辑", [], [a_station()])


@pytest.fixture
def editor(newsroom):
    return a_person("编辑甲", "科技编辑")


@pytest.fixture
def reporter(newsroom):
    return a_person("记者甲", REPORTERS)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def an_item(by=None, title="城东粮站开秤", **fields) -> PlanItem:
    fields.setdefault("channel", a_channel())
    return deciding.propose_item(PlanItem(title=title, **fields), by)


def test_an_idea_is_proposed_discussed_assigned_written_and_published(editor, reporter):
    writer, desk = signed_in(reporter), signed_in(editor)
    given = {
        "title": "城东粮站开秤",
        "idea": "新粮上市。",
        "channel": a_channel().pk,
        "where": "城东",
        "day": "2026-11-30",
    }
    answer = writer.post(reverse("planning_new"), given | {"origin": "/admin/letters/3/"})
    item = PlanItem.objects.get()
    assert (item.proposed_by, item.state, item.origin) == (reporter, PlanState.PROPOSED, "/admin/letters/3/")
    assert writer.post(answer.url, {"deed": "settle"}).status_code == 302  # not the reporter's to decide
    item.refresh_from_db()
    assert item.state == PlanState.PROPOSED
    desk.post(answer.url, {"deed": "comment", "text": "请问到价格。"})
    desk.post(answer.url, {"deed": "settle"})
    assigned = {
        "deed": "assign",
        "user": "记者甲",
        "medium": "text",
        "due": "2026-11-30 18:00",
        "note": "两千字",
    }
    desk.post(answer.url, assigned)
    assignment = Assignment.objects.get()
    item.refresh_from_db()
    assert (item.state, assignment.user, assignment.note) == (PlanState.ASSIGNED, reporter, "两千字")
    assert "城东粮站开秤" in Notice.objects.get(member=reporter).text
    shown = writer.get(answer.url).content.decode()
    assert "请问到价格。" in shown
    started = writer.post(answer.url, {"deed": "start", "assignment": assignment.pk})
    article = Article.objects.get()
    assert started.url == reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk])
    assert (article.title, article.channel, article.created_by) == ("城东粮站开秤", a_channel(), reporter)
    writer.post(answer.url, {"deed": "start", "assignment": assignment.pk})
    assert Article.objects.count() == 1
    article.body, article.source = [("text", "<p>正文。</p>")], a_source()
    publish(article)
    while run_consumer("planning"):
        pass
    item.refresh_from_db()
    assignment.refresh_from_db()
    assert (item.state, assignment.state) == (PlanState.PUBLISHED, AssignmentState.DONE)


def test_a_review_moves_the_item_and_a_return_moves_it_back(editor, reporter):
    item = an_item(editor)
    assignment = deciding.assign_person(item, reporter, Medium.TEXT, None, "", editor)
    article = deciding.start_assignment(assignment, reporter)
    review = article.get_workflow().start(article, reporter)
    item.refresh_from_db()
    assert item.state == PlanState.SUBMITTED
    review.current_task_state.reject(user=editor)
    item.refresh_from_db()
    assignment.refresh_from_db()
    assert (item.state, assignment.state) == (PlanState.IN_PROGRESS, AssignmentState.WORKING)
    assert WorkflowState.objects.filter(content_type=ContentType.objects.get_for_model(Article)).exists()


def test_a_live_assignment_begins_a_coverage_and_is_done_with_it(editor):
    item = an_item(editor)
    assignment = deciding.assign_person(item, editor, Medium.LIVE, None, "", editor)
    coverage = deciding.start_assignment(assignment, editor)
    assert (coverage.title, coverage.channel) == (item.title, item.channel)
    move_coverage(coverage, CoverageState.LIVE)
    move_coverage(coverage, CoverageState.ENDED)
    while run_consumer("planning"):
        pass
    item.refresh_from_db()
    assert item.state == PlanState.PUBLISHED


def test_the_embargo_of_an_item_is_that_of_the_article_which_begins_from_it(editor):
    until = timezone.now() + timedelta(hours=3)
    item = an_item(editor, embargo_until=until)
    article = deciding.start_assignment(
        deciding.assign_person(item, editor, Medium.TEXT, None, "", editor), editor
    )
    stored = Article.objects.get(pk=article.pk)
    assert (stored.embargo_until, stored.embargo_by) == (until, editor)
    # What was over before anybody began binds nobody.
    item = an_item(editor, title="城西粮站开秤", embargo_until=timezone.now() - timedelta(hours=1))
    article = deciding.start_assignment(
        deciding.assign_person(item, editor, Medium.TEXT, None, "", editor), editor
    )
    assert Article.objects.get(pk=article.pk).embargo_until is None


def test_nothing_is_dropped_without_a_reason_and_it_can_be_taken_up_again(editor, reporter):
    item = an_item(reporter)
    deciding.assign_person(item, reporter, Medium.TEXT, None, "", editor)
    with pytest.raises(ValidationError, match="原因"):
        deciding.drop_item(item, " ", editor)
    with pytest.raises(PermissionDenied):
        deciding.drop_item(item, "不新。", reporter)
    dropped = deciding.drop_item(item, "已有同类报道。", editor)
    assert (dropped.state, Assignment.objects.get().state) == (PlanState.DROPPED, AssignmentState.CANCELLED)
    with pytest.raises(ValidationError, match="不能派单"):
        deciding.assign_person(item, reporter, Medium.TEXT, None, "", editor)
    assert deciding.settle_item(item, editor).state == PlanState.DISCUSSED


def test_each_desk_decides_about_its_own_items(editor, reporter):
    other = a_person("浙江编辑", "浙江站编辑")
    national, of_station = an_item(), an_item(station=a_station(), title="乡村供水")
    nowhere = an_item(channel=None, title="还没有归口")

    def decides(user):
        return [item.title for item in (national, of_station, nowhere) if may(user, "decide", item)]

    assert decides(editor) == [national.title, nowhere.title]
    assert decides(other) == [of_station.title, nowhere.title]
    assert decides(reporter) == []
    assert signed_in(other).get(reverse("planning_item", args=[national.pk])).status_code == 302
    board = signed_in(other).get(reverse("planning_board")).content.decode()
    assert of_station.title in board
    assert national.title not in board


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"deed": "assign", "user": "没有这个人", "medium": "text"}, "编辑部没有“没有这个人”"),
        ({"deed": "assign", "user": "", "medium": "text"}, ""),
        ({"deed": "comment", "text": " "}, "请写下意见。"),
        ({"deed": "drop", "reason": ""}, "请写明不做的原因。"),
        ({"deed": "x"}, "请选择要做的事。"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(editor, given, said):
    item = an_item()
    answer = signed_in(editor).post(reverse("planning_item", args=[item.pk]), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    item.refresh_from_db()
    assert item.state == PlanState.PROPOSED


def test_the_calendar_shows_items_and_coverages_on_their_days(editor):
    an_item(day=date(2026, 12, 24), title="冬至前后")
    zone = timezone.get_default_timezone()
    Coverage.objects.create(
        title="现场直播", channel=a_channel(), planned_at=datetime(2026, 12, 25, 9, tzinfo=zone)
    )
    shown = signed_in(editor).get(reverse("planning_calendar"), {"month": "2026-12"}).content.decode()
    assert "冬至前后" in shown.split('datetime="2026-12-24"')[1].split("datetime=")[0]
    assert "现场直播" in shown.split('datetime="2026-12-25"')[1].split("datetime=")[0]
    for odd in ("x", "2026-13", "99999-1", ""):
        assert signed_in(editor).get(reverse("planning_calendar"), {"month": odd}).status_code == 200


def test_board_and_calendar_cost_the_same_for_any_number_of_items(editor, django_assert_max_num_queries):
    client, asked = signed_in(editor), []
    for total in (2, 10):
        for _ in range(total):
            item = an_item(editor, day=timezone.localdate())
            deciding.assign_person(item, editor, Medium.TEXT, None, "", editor)
        counts = []
        for name in ("planning_board", "planning_calendar"):
            client.get(reverse(name))
            with django_assert_max_num_queries(60) as queries:
                client.get(reverse(name))
            counts.append(len(queries))
        asked.append(counts)
    assert asked[0] == asked[1]


def test_a_theme_that_comes_again_is_proposed_once_for_each_of_its_days(newsroom):
    today = timezone.localdate()
    theme = PlanTheme.objects.create(
        title="一周气象", channel=a_channel(), rhythm=Rhythm.WEEKLY, next_on=today + timedelta(days=3)
    )
    assert [propose_themes(), propose_themes()] == [1, 0]
    assert PlanItem.objects.get().day == today + timedelta(days=3)
    theme.refresh_from_db()
    assert theme.next_on == today + timedelta(days=10)


@pytest.mark.parametrize(
    ("rhythm", "day", "after"),
    [
        (Rhythm.WEEKLY, date(2026, 12, 28), date(2027, 1, 4)),
        (Rhythm.MONTHLY, date(2026, 1, 31), date(2026, 2, 28)),
        (Rhythm.MONTHLY, date(2026, 12, 5), date(2027, 1, 5)),
        (Rhythm.YEARLY, date(2024, 2, 29), date(2025, 2, 28)),
    ],
)
def test_the_day_on_which_a_theme_comes_again(rhythm, day, after):
    assert PlanTheme(rhythm=rhythm, next_on=day).day_after == after


def test_what_waits_is_in_the_inbox_of_whoever_it_waits_for(editor, reporter):
    item = an_item(reporter)
    deciding.assign_person(item, reporter, Medium.TEXT, None, "", editor)
    an_item(reporter, title="第二个")
    counts = {w.section.heading: w.count for w in inbox_of(reporter)}
    assert counts["派给我的"] == 1
    assert "待议选题" not in counts
    assert {w.section.heading: w.count for w in inbox_of(editor)}["待议选题"] == 1


def test_who_leaves_is_named_nowhere_and_gets_a_copy(editor, reporter):
    item = an_item(reporter)
    deciding.comment_on_item(item, "我来写。", reporter)
    deciding.assign_person(item, reporter, Medium.TEXT, None, "", editor)
    assert [row["种类"] for row in export_personal_data(reporter)["选题与值班"]] == [
        "报题",
        "派单",
        "选题意见",
    ]
    erase_personal_data(reporter)
    item.refresh_from_db()
    assert (item.proposed_by, Assignment.objects.get().user) == (None, None)


def test_only_chiefs_keep_rules_and_themes(newsroom, editor):
    chief = a_person("主编甲", CHIEFS)
    address = reverse("wagtailsnippets_planning_feerule:add")
    assert signed_in(chief).get(address).status_code == 200
    assert signed_in(editor).get(address).status_code == 302


def test_what_readers_write_becomes_an_idea_by_one_click(newsroom, editor):
    from tests.comments.test_thread_pages import a_comment
    from tests.letters.letters_factory import a_letter
    from tests.newsroom_factory import an_article
    from tests.reports.test_reporting import a_report

    chief = a_person("主编甲", CHIEFS)
    client = signed_in(chief)
    article = an_article()
    pages = [
        reverse("letters_desk_letter", args=[a_letter().pk]),
        reverse("comments_one", args=[a_comment(article).pk]),
        reverse("reports_inbox_report", args=[a_report(article).pk]),
    ]
    for page in pages:
        shown = html.fromstring(client.get(page).content.decode())
        (link,) = [a for a in shown.iter("a") if a.text == "转为选题"]
        form = client.get(link.get("href")).content.decode()
        assert f'name="origin" value="{page}"' in form
    assert origin_of("https://elsewhere.example/") == ""
