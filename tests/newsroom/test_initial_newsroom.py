"""A founded newsroom: who may do what, and the three reviews of an article."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.images import get_image_model
from wagtail.models import Page, Workflow, WorkflowContentType
from wagtail.permissions import policy_registry
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from meiri.comments.permissions import MODERATORS
from meiri.journal.models import Entry
from meiri.letters.permissions import LETTER_EDITORS
from meiri.members.models import User
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom, named
from meiri.newsroom.models import Article, Desk
from meiri.newsroom.permission_names import name_permissions
from meiri.newsroom.publishing import publish
from meiri.newsroom.roles import CHIEFS, EDITORS, REPORTERS, ROLES
from meiri.policy import may
from tests.newsroom_factory import a_channel, a_draft, a_station

pytestmark = pytest.mark.django_db


@pytest.fixture
def review():
    return create_newsroom()


def member_of(*groups: str) -> User:
    user = User.objects.create_user(username=f"user{User.objects.count()}")
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def the_form(channel, title="雪后的第一班公交", **more):
    """What the article editor's form sends."""
    return nested_form_data(
        {
            "title": title,
            "body": streamfield([("text", rich_text("<p>早上五点四十，第一班公交开出车场。</p>"))]),
            "channel": channel.pk,
            "kind": "report",
            "origin": "original",
            "bylines": inline_formset([]),
            **more,
        }
    )


class TestGroups:
    def test_each_role_is_a_group_that_enters_the_admin(self, review):
        assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
        for name in ROLES:
            assert member_of(name).has_perm("wagtailadmin.access_admin")

    def test_what_wagtail_begins_with_gives_way(self, review):
        assert list(Workflow.objects.values_list("name", flat=True)) == ["三审三校"]
        assert Page.get_first_root_node().workflowpage.workflow == review

    def test_groups_of_wagtail_that_somebody_is_in_stay(self):
        User.objects.create_user(username="early").groups.add(Group.objects.get(name="Editors"))
        create_newsroom()
        assert Group.objects.filter(name="Editors").exists()

    def test_founding_again_changes_nothing(self, review):
        Group.objects.get(name=REPORTERS).permissions.remove(*named(["newsroom.change_article"]).values())
        before = list(Group.objects.order_by("pk").values_list("pk", "permissions", "page_permissions"))
        assert create_newsroom() == review
        assert (
            list(Group.objects.order_by("pk").values_list("pk", "permissions", "page_permissions")) == before
        )
        assert not member_of(REPORTERS).has_perm("newsroom.change_article")

    def test_a_permission_that_does_not_exist_is_named(self):
        with pytest.raises(LookupError, match=r"newsroom\.print_article"):
            named(["newsroom.add_article", "newsroom.print_article"])

    def test_moderators_and_letter_editors_have_their_own_work_only(self, review):
        moderator, letters = member_of(MODERATORS), member_of(LETTER_EDITORS)
        assert moderator.has_perm("comments.moderate_comment")
        assert letters.has_perms(["letters.handle_letter", "letters.open_contact"])
        assert not letters.has_perm("comments.moderate_comment")
        assert not moderator.has_perm("letters.handle_letter")
        for user in (moderator, letters):
            assert not any(may(user, deed, Article) for deed in ("add", "change", "publish"))

    def test_pictures_are_added_by_reporters_and_changed_by_editors(self, review):
        pictures = policy_registry.get_by_type(get_image_model())
        assert pictures.user_has_permission(member_of(REPORTERS), "add")
        assert pictures.user_has_permission(member_of(EDITORS), "change")
        assert not pictures.user_has_permission(member_of(MODERATORS), "add")

    def test_pages_are_the_chief_editors(self, review):
        root = Page.get_first_root_node()
        assert not root.permissions_for_user(member_of(EDITORS)).can_add_subpage()
        assert root.permissions_for_user(member_of(CHIEFS)).can_publish_subpage()
        assert not root.permissions_for_user(member_of(REPORTERS)).can_add_subpage()


class TestReporters:
    def test_a_reporter_saves_and_submits_an_article_but_cannot_publish_it(self, review, client):
        reporter, channel = member_of(REPORTERS), a_channel()
        client.force_login(reporter)
        add = reverse("wagtailsnippets_newsroom_article:add")

        client.post(add, the_form(channel))
        article = Article.objects.get()
        assert (article.title, article.live, article.created_by) == ("雪后的第一班公交", False, reporter)

        edit = reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk])
        client.post(edit, the_form(channel, **{"action-publish": "1"}))
        article.refresh_from_db()
        assert not article.live
        with pytest.raises(PublishPermissionError):
            publish(article, by=reporter)

        client.post(edit, the_form(channel, **{"action-submit": "1"}))
        assert article.current_workflow_task.name == "初审"
        assert not Entry.objects.filter(kind="article.published").exists()

    def test_a_reporter_reaches_neither_desks_nor_the_sites_records(self, review, client):
        client.force_login(member_of(REPORTERS))
        for address in ("wagtailsnippets_newsroom_desk:list", "wagtailsnippets_sections_channel:list"):
            assert client.get(reverse(address)).status_code == 302


class TestDesks:
    def test_editors_of_a_desk_publish_in_its_channels_and_stations_only(self, review):
        tech, culture, zhejiang = a_channel(), a_channel("文化", "wenhua"), a_station()
        create_desk("科技编辑", [tech], [zhejiang])
        editor = member_of("科技编辑")
        for article in (
            a_draft(channel=tech),
            a_draft(channel=culture, stations=[zhejiang], home_station=zhejiang),
        ):
            assert publish(article, by=editor).live
        with pytest.raises(PublishPermissionError):
            publish(a_draft(channel=culture, stations=[zhejiang]), by=editor)
        with pytest.raises(PublishPermissionError):
            publish(a_draft(channel=culture), by=editor)

    def test_a_chief_editor_publishes_everywhere(self, review):
        create_desk("科技编辑", [a_channel()])
        assert publish(a_draft(channel=a_channel("文化", "wenhua")), by=member_of(CHIEFS)).live

    def test_a_new_desk_is_recorded_once_and_stays_as_its_editors_left_it(self, review):
        tech, culture = a_channel(), a_channel("文化", "wenhua")
        desk = create_desk("科技编辑", [tech])
        desk.channels.set([culture])
        assert create_desk("科技编辑", [tech]) == desk
        assert list(Desk.objects.get().channels.all()) == [culture]
        assert Entry.objects.filter(kind="desk.created").count() == 1

    def test_editors_of_a_desk_do_the_first_review(self, review):
        create_desk("科技编辑", [a_channel()])
        article = a_draft()
        article.save_revision()
        review.start(article, member_of(REPORTERS))
        task = article.current_workflow_task
        assert task.get_actions(article, member_of("科技编辑"))
        assert not task.get_actions(article, member_of(REPORTERS))


class TestReview:
    def test_articles_go_through_three_reviews_in_order(self, review):
        assert [task.name for task in review.tasks] == ["初审", "复审", "终审"]
        assert Article.get_default_workflow() == review

    def test_a_workflow_chosen_for_articles_before_stays(self):
        own = Workflow.objects.create(name="两审")
        WorkflowContentType.objects.create(
            content_type=Article(channel=a_channel()).get_content_type(), workflow=own
        )
        create_newsroom()
        assert Article.get_default_workflow() == own

    def test_an_article_approved_three_times_is_live(self, review):
        article = a_draft("雪后的第一班公交")
        article.save_revision()
        state = review.start(article, member_of(REPORTERS))
        for reviewer, name in ((EDITORS, "初审"), (EDITORS, "复审"), (CHIEFS, "终审")):
            article.refresh_from_db()
            assert not article.live
            task = state.current_task_state.task.specific
            assert task.name == name
            task.on_action(state.current_task_state, member_of(reviewer), "approve")
            state.refresh_from_db()
        article.refresh_from_db()
        assert article.live
        assert state.status == state.STATUS_APPROVED
        assert Entry.objects.get(kind="article.published").payload["title"] == "雪后的第一班公交"

    def test_the_reviewer_sends_an_article_back_with_a_word(self, review):
        article = a_draft()
        article.save_revision()
        state = review.start(article, member_of(REPORTERS))
        task = state.current_task_state.task.specific
        task.on_action(state.current_task_state, member_of(EDITORS), "reject", comment="请核对第二段的数字。")
        state.refresh_from_db()
        assert state.status == state.STATUS_NEEDS_CHANGES
        assert not Article.objects.get().live

    def test_only_chief_editors_do_the_last_review(self, review):
        last = review.tasks.last().specific
        article = a_draft()
        assert last.get_actions(article, member_of(CHIEFS))
        assert not last.get_actions(article, member_of(EDITORS))


def test_permissions_have_chinese_names_and_what_an_administrator_wrote_stays(db):
    left = Permission.objects.filter(name__startswith="Can ").values_list(
        "content_type__app_label", "codename"
    )
    assert [f"{app}.{codename}" for app, codename in left if app != "sessions"] == []
    lock = Permission.objects.get(codename="lock_article")
    assert lock.name == "可以锁定稿件"
    Permission.objects.filter(pk=lock.pk).update(name="锁稿")
    name_permissions()
    assert Permission.objects.get(pk=lock.pk).name == "锁稿"
