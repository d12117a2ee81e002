"""Who may do what where: asked through the doors that people use."""

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, GroupPagePermission, Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from meiri.comments.permissions import MODERATORS
from meiri.journal.models import Entry
from meiri.journal.verification import verify_chain
from meiri.letters.permissions import LETTER_EDITORS
from meiri.members.models import User
from meiri.newsroom.corrections_desk import CorrectionsView
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.models import Article, Proposal
from meiri.newsroom.permissions import home_for
from meiri.newsroom.placing import accept, decline
from meiri.newsroom.proposals import ProposalState
from meiri.newsroom.proposals_desk import ProposalsView
from meiri.newsroom.publishing import publish
from meiri.newsroom.river import Place
from meiri.newsroom.roles import CHIEFS, EDITORS, REPORTERS
from meiri.personal.models import Notice
from meiri.policy import may, visible
from tests.newsroom.test_correcting import everywhere
from tests.newsroom_factory import a_channel, a_draft, a_source, a_station, an_article

pytestmark = pytest.mark.django_db
ADD = "wagtailsnippets_newsroom_article:add"
EDIT = "wagtailsnippets_newsroom_article:edit"
WORKFLOW = "wagtailsnippets_newsroom_article:workflow_action"


class Newsroom:
    """The desks of the report: 要闻 and 生活 with channels, 新疆 and 北京 with stations."""

    def __init__(self):
        self.top, self.life = a_channel("要闻", "yaowen"), a_channel("关注民生", "minsheng")
        self.xinjiang = a_station("新疆", "xinjiang")
        self.beijing, self.shanghai = a_station("北京", "beijing"), a_station("上海", "shanghai")
        create_desk("要闻编辑", [self.top])
        create_desk("生活编辑", [self.life])
        create_desk("新疆站编辑", [], [self.xinjiang])
        create_desk("北京站编辑", [], [self.beijing])


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()
    Newsroom()


@pytest.fixture
def review(initial_data):
    return create_newsroom()


@pytest.fixture
def newsroom(review):
    return Newsroom()


def member_of(*groups: str) -> User:
    user = User.objects.create_user(
        username=f"user{User.objects.count()}", email=f"u{User.objects.count()}@e.cn"
    )
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def the_form(channel, title="雪后的第一班公交", **more):
    chosen = {name: more.pop(name, []) for name in ("stations", "topics")}
    return (
        nested_form_data(
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
        | chosen
    )


def listed_at(place: Place) -> list[int]:
    return [card.pk for card in Article.objects.newest_at(place, 10)]


class TestPlaces:
    def test_b1_a_station_publishes_at_home_and_offers_the_rest(self, newsroom):
        n, editor = newsroom, member_of("新疆站编辑")
        client = signed_in(editor)
        stations = [n.xinjiang.pk, n.beijing.pk, n.shanghai.pk]
        client.post(reverse(ADD), the_form(n.top, stations=stations, **{"action-publish": "1"}))
        article = Article.objects.get()
        assert article.live
        assert article.home_station == n.xinjiang
        assert listed_at(Place.station(n.xinjiang)) == [article.pk]
        for place in (Place.channel(n.top), Place.station(n.beijing), Place.station(n.shanghai)):
            assert listed_at(place) == []
        asked = {str(p.place): p.asked_by for p in Proposal.objects.asked()}
        assert asked == dict.fromkeys(("要闻", "北京", "上海"), editor)

    def test_b1_every_way_to_publish_asks_not_only_the_form(self, newsroom):
        n = newsroom
        article = a_draft(channel=n.top, stations=[n.xinjiang])
        with pytest.raises(PublishPermissionError):
            publish(article, by=member_of("新疆站编辑"))
        article.refresh_from_db()
        assert not article.live
        assert not Entry.objects.filter(kind="article.published").exists()

    def test_b1_no_version_goes_live_in_a_channel_of_another_desk(self, newsroom):
        n = newsroom
        article = an_article(channel=n.life)
        article.channel = n.top
        moved = article.save_revision()
        with pytest.raises(PublishPermissionError):
            Article.objects.get(pk=article.pk).publish(moved, user=member_of("生活编辑"))
        article.refresh_from_db()
        assert article.channel == n.life

    def test_b1_a_channels_desk_offers_its_article_to_a_station(self, newsroom):
        n = newsroom
        article = publish(a_draft(channel=n.life, stations=[n.xinjiang]), by=member_of("生活编辑"))
        assert listed_at(Place.channel(n.life)) == [article.pk]
        assert listed_at(Place.station(n.xinjiang)) == []
        assert Proposal.objects.get().place == n.xinjiang

    def test_b1_the_form_offers_the_channels_that_a_desk_covers_and_refuses_others_in_words(self, newsroom):
        n = newsroom
        client = signed_in(member_of("生活编辑"))
        offered = client.get(reverse(ADD)).context["form"].fields["channel"].queryset
        assert list(offered) == [n.life]
        answer = client.post(reverse(ADD), the_form(n.top), follow=True)
        assert "频道没有保存：您的采编分工不包括这个频道" in answer.content.decode()
        assert Article.objects.get().channel is None

    def test_b1_a_station_that_names_a_channel_names_its_station_too(self, newsroom):
        answer = signed_in(member_of("新疆站编辑")).post(reverse(ADD), the_form(newsroom.top), follow=True)
        assert "在本站刊发并向这个频道送稿" in answer.content.decode()
        assert Article.objects.get().channel is None

    def test_b1_a_permission_of_one_group_does_not_borrow_the_desk_of_another(self, newsroom):
        n = newsroom
        mixed = member_of(REPORTERS, "新疆站编辑")
        others = a_draft(channel=n.life)
        assert not may(mixed, "change", others)
        assert not may(mixed, "publish", others)
        with pytest.raises(PublishPermissionError):
            publish(others, by=mixed)
        # Both may write, and a reporter without a desk files anywhere.
        assert may(mixed, "add", Article(), n.life)

    def test_b1_what_may_be_written_and_not_published_is_kept_as_a_draft(self, newsroom):
        client = signed_in(member_of(REPORTERS, "新疆站编辑"))
        answer = client.post(reverse(ADD), the_form(newsroom.top, **{"action-publish": "1"}), follow=True)
        article = Article.objects.get()
        assert not article.live
        assert "已存为草稿" in answer.content.decode()

    def test_b1_the_desk_accepts_what_it_was_offered(self, newsroom):
        n, asker = newsroom, member_of("生活编辑")
        article = publish(a_draft("雪后", channel=n.life, stations=[n.xinjiang]), by=asker)
        editor = member_of("新疆站编辑")
        client = signed_in(editor)
        inbox = reverse("proposals_inbox")
        assert "雪后" in client.get(inbox).content.decode()
        assert "雪后" in client.get("/admin/").content.decode()
        client.post(inbox, {"proposal": Proposal.objects.get().pk, "deed": "accept"})
        assert listed_at(Place.station(n.xinjiang)) == [article.pk]
        entry = Entry.objects.get(kind="article.placed")
        assert {f"article:{article.pk}", "station:xinjiang"} <= set(entry.keys)
        assert "已被新疆采用" in Notice.objects.get(member=asker).text
        # The next version stays there, and asks nobody again.
        article.refresh_from_db()
        article.title = "雪后（二）"
        article.stations = [n.xinjiang]
        publish(article, by=asker)
        assert listed_at(Place.station(n.xinjiang)) == [article.pk]
        assert Proposal.objects.count() == 1

    def test_b1_the_desk_declines_with_a_reason_that_the_asker_is_told(self, newsroom):
        n, asker = newsroom, member_of("生活编辑")
        publish(a_draft("雪后", channel=n.life, stations=[n.xinjiang]), by=asker)
        client, inbox = signed_in(member_of("新疆站编辑")), reverse("proposals_inbox")
        pk = Proposal.objects.get().pk
        client.post(inbox, {"proposal": pk, "deed": "decline", "reason": " "})
        assert Proposal.objects.get().state == ProposalState.ASKED
        client.post(inbox, {"proposal": pk, "deed": "decline", "reason": "本站已有同题报道"})
        assert Proposal.objects.get().state == ProposalState.DECLINED
        assert "本站已有同题报道" in Notice.objects.get(member=asker).text
        assert "本站已有同题报道" in signed_in(asker).get("/admin/").content.decode()
        assert listed_at(Place.station(n.xinjiang)) == []

    def test_b1_a_correction_leaves_an_offer_and_the_form_takes_it_back(self, newsroom):
        from meiri.newsroom.correcting import correct

        n, asker = newsroom, member_of("生活编辑")
        article = publish(a_draft("雪后", channel=n.life, stations=[n.xinjiang], text="三十亿。"), by=asker)
        correct(
            Article.objects.get(pk=article.pk),
            "三十亿",
            "三亿",
            asker,
            amendment=everywhere(article, "三十亿"),
        )
        assert Proposal.objects.get().state == ProposalState.ASKED
        client, address = signed_in(asker), reverse(EDIT, args=[article.pk])
        assert n.xinjiang in client.get(address).context["form"].initial["stations"]
        client.post(address, the_form(n.life, stations=[n.xinjiang.pk]))
        assert Proposal.objects.get().state == ProposalState.ASKED
        client.post(address, the_form(n.life))
        assert Proposal.objects.get().state == ProposalState.WITHDRAWN

    def test_b1_another_desk_neither_sees_nor_decides_it(self, newsroom):
        n = newsroom
        publish(a_draft("雪后", channel=n.life, stations=[n.xinjiang]), by=member_of("生活编辑"))
        client, proposal = signed_in(member_of("北京站编辑")), Proposal.objects.get()
        assert "雪后" not in client.get(reverse("proposals_inbox")).content.decode()
        client.post(reverse("proposals_inbox"), {"proposal": proposal.pk, "deed": "accept"})
        assert Proposal.objects.get().state == ProposalState.ASKED
        for decide in (accept, lambda it, by: decline(it, "不用", by)):
            with pytest.raises(PermissionDenied):
                decide(proposal, by=member_of("北京站编辑"))
        assert Proposal.objects.get().state == ProposalState.ASKED

    def test_b1_no_home_is_where_an_author_may_not_file(self, newsroom):
        n, editor = newsroom, member_of("北京站编辑")
        assert home_for(editor, n.life, [n.xinjiang, n.beijing]) == n.beijing
        with pytest.raises(LookupError):
            home_for(editor, n.life, [n.xinjiang])

    def test_b1_a_scheduled_article_asks_when_it_is_scheduled(self, newsroom):
        from datetime import timedelta

        from django.core.management import call_command
        from django.utils import timezone

        n = newsroom
        article = a_draft(
            channel=n.life, stations=[n.xinjiang], go_live_at=timezone.now() + timedelta(hours=1)
        )
        article.save_revision().publish(user=member_of("生活编辑"))
        assert Proposal.objects.get().place == n.xinjiang
        article.latest_revision.refresh_from_db()
        article.revisions.update(approved_go_live_at=timezone.now() - timedelta(minutes=1))
        content = article.latest_revision.content | {"go_live_at": None}
        article.revisions.update(content=content)
        call_command("publish_scheduled")
        article.refresh_from_db()
        assert article.live
        assert listed_at(Place.station(n.xinjiang)) == []

    def test_b1_a_chief_editor_places_anywhere_at_once(self, newsroom):
        n = newsroom
        article = publish(a_draft(channel=n.life, stations=[n.xinjiang, n.beijing]), by=member_of(CHIEFS))
        assert listed_at(Place.station(n.beijing)) == [article.pk]
        assert not Proposal.objects.exists()

    def test_two_who_decide_at_once_decide_once(self, newsroom):
        from django.core.exceptions import ValidationError

        n = newsroom
        publish(a_draft(channel=n.life, stations=[n.xinjiang]), by=member_of("生活编辑"))
        first, second = Proposal.objects.get(), Proposal.objects.get()
        editor = member_of("新疆站编辑")
        accept(first, editor)
        with pytest.raises(ValidationError, match="已经处理"):
            decline(second, "晚了", editor)
        assert Entry.objects.filter(kind="article.placed").count() == 1
        assert verify_chain().broken is None


class TestReviews:
    def submitted(self, review, channel, title="民生稿"):
        article = a_draft(title, channel=channel)
        article.save_revision()
        review.start(article, member_of(REPORTERS))
        return article

    def test_b2_another_desk_neither_opens_nor_decides_a_review(self, review, newsroom):
        article = self.submitted(review, newsroom.life)
        state = article.current_workflow_task_state
        client = signed_in(member_of("新疆站编辑"))
        assert client.get(reverse(EDIT, args=[article.pk])).status_code == 302
        for deed in ("approve", "reject"):
            answer = client.post(reverse(WORKFLOW, args=[article.pk, deed, state.pk]), {"comment": "好"})
            assert answer.status_code == 302
        client.post(
            reverse(EDIT, args=[article.pk]), the_form(newsroom.life, **{"action-cancel-workflow": "1"})
        )
        client.post(reverse("wagtailsnippets_newsroom_article:lock", args=[article.pk]))
        state.refresh_from_db()
        article.refresh_from_db()
        assert (state.status, article.locked, article.title) == ("in_progress", False, "民生稿")
        assert "民生稿" not in client.get("/admin/").content.decode()

    def test_b2_an_own_article_in_the_address_does_not_open_anothers_review(self, review, newsroom):
        others = self.submitted(review, newsroom.life)
        own = self.submitted(review, newsroom.top, "要闻稿")
        state = others.current_workflow_task_state
        client = signed_in(member_of("要闻编辑"))
        answer = client.post(reverse(WORKFLOW, args=[own.pk, "approve", state.pk]), {"comment": ""})
        assert answer.status_code in (302, 404)
        state.refresh_from_db()
        assert state.status == "in_progress"

    def test_b2_the_desk_of_the_article_reviews_it(self, review, newsroom):
        article = self.submitted(review, newsroom.life)
        state = article.current_workflow_task_state
        client = signed_in(member_of("生活编辑"))
        assert "民生稿" in client.get("/admin/").content.decode()
        assert client.get(reverse(EDIT, args=[article.pk])).status_code == 200
        client.post(reverse(WORKFLOW, args=[article.pk, "approve", state.pk]), {"comment": "好"})
        state.refresh_from_db()
        assert state.status == "approved"

    def test_b2_mails_go_to_those_who_may_review_it(self, review, newsroom, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        own, other = member_of("生活编辑"), member_of("新疆站编辑")
        self.submitted(review, newsroom.life)
        told = {address for message in mail.outbox for address in message.to}
        assert own.email in told
        assert other.email not in told


class TestPictures:
    def a_picture(self, collection="", title="一张图"):
        where = Collection.objects.filter(name=collection).first() or Collection.get_first_root_node()
        return get_image_model().objects.create(title=title, file=get_test_image_file(), collection=where)

    def test_b4_another_desk_does_not_delete_or_change_a_picture(self, newsroom):
        picture = self.a_picture("生活编辑")
        client = signed_in(member_of("新疆站编辑"))
        for name in ("wagtailimages:edit", "wagtailimages:delete", "wagtailimages:delete_multiple"):
            client.post(reverse(name, args=[picture.pk]), {"title": "改了"})
        client.post(reverse("wagtail_bulk_action", args=["media", "picture", "delete"]) + f"?id={picture.pk}")
        picture.refresh_from_db()
        assert picture.title == "一张图"
        client = signed_in(member_of("生活编辑"))
        assert client.get(reverse("wagtailimages:edit", args=[picture.pk])).status_code == 200

    def test_b4_a_desk_changes_no_picture_that_belongs_to_all(self, newsroom):
        picture = self.a_picture()
        assert not may(member_of("生活编辑"), "delete", picture)
        assert may(member_of("生活编辑"), "choose", picture)
        assert may(member_of(CHIEFS), "delete", picture)

    def test_b4_an_upload_goes_to_the_collection_of_its_desk(self, newsroom):
        client = signed_in(member_of("生活编辑"))
        file = SimpleUploadedFile("jie.png", get_test_image_file(size=(64, 48)).file.getvalue(), "image/png")
        everything = Collection.get_first_root_node()
        client.post(
            reverse("wagtailimages:add"), {"title": "街景", "file": file, "collection": everything.pk}
        )
        assert get_image_model().objects.get(title="街景").collection.name == "生活编辑"

    def test_b5_a_moderator_is_shown_no_picture(self, newsroom):
        picture = self.a_picture(title="秘密的图")
        client = signed_in(member_of(MODERATORS))
        for address in (
            reverse("wagtailimages_chooser:choose"),
            reverse("wagtailimages_chooser:choose_results"),
            reverse("wagtailimages_chooser:chosen", args=[picture.pk]),
            reverse("wagtailimages_chooser:chosen_multiple") + f"?id={picture.pk}",
            reverse("wagtailimages:index"),
            reverse("wagtailimages:image_usage", args=[picture.pk]),
            "/admin/api/main/images/",
        ):
            answer = client.get(address)
            assert answer.status_code in (302, 403, 404), address
            assert "秘密的图" not in answer.content.decode()


class TestWhatIsTheNations:
    def test_b6_a_desk_renames_no_source_and_pins_nothing(self, newsroom):
        source, client = a_source("江海日报"), signed_in(member_of("新疆站编辑"))
        client.post(reverse("wagtailsnippets_newsroom_source:edit", args=[source.pk]), {"name": "改名"})
        source.refresh_from_db()
        assert source.name == "江海日报"
        article = an_article()
        client.post(
            "/admin/snippets/audience/hotrule/add/", {"article": article.pk, "deed": "pin", "place": 1}
        )
        assert not Entry.objects.filter(kind__startswith="hotrule").exists()
        client.post(reverse("wagtailsnippets_newsroom_source:add"), {"name": "新来源"})
        assert type(source).objects.filter(name="新来源").exists()

    def test_b6_a_desk_that_was_granted_what_is_the_nations_does_not_get_it(self, newsroom):
        from meiri.newsroom.initial_newsroom import named

        group = Group.objects.get(name="新疆站编辑")
        group.permissions.add(
            *named(["newsroom.change_source", "audience.add_hotrule", "members.handle_contributor"]).values()
        )
        root = Page.get_first_root_node()
        GroupPagePermission.objects.create(
            group=group, page=root, permission=named(["wagtailcore.change_page"])["wagtailcore.change_page"]
        )
        editor = member_of("新疆站编辑")
        assert not may(editor, "change", a_source("江海日报"))
        assert not root.permissions_for_user(editor).can_edit()
        answer = signed_in(editor).get(reverse("contributors_desk"))
        assert "申请" not in answer.content.decode().replace("申请人", "")

    def test_b6_an_editor_without_a_desk_looks_after_every_article(self, newsroom):
        editor, article = member_of(EDITORS), a_draft(channel=newsroom.life)
        assert may(editor, "change", article)
        assert may(editor, "publish", article)
        assert not may(editor, "change", a_source("江海日报"))


class TestReporters:
    def test_b5_a_reporter_sees_and_changes_own_texts_only(self, newsroom):
        reporter = member_of(REPORTERS)
        own = a_draft("我的稿", channel=newsroom.life, created_by=reporter)
        others = a_draft("别人的稿", channel=newsroom.life)
        assert may(reporter, "change", own)
        assert not may(reporter, "see", others)
        assert list(visible(reporter, Article.objects.all())) == [own]
        client = signed_in(reporter)
        assert client.get(reverse(EDIT, args=[own.pk])).status_code == 200
        assert client.get(reverse(EDIT, args=[others.pk])).status_code == 302
        page = client.get(reverse("wagtailsnippets_newsroom_article:list")).content.decode()
        assert "我的稿" in page
        assert "别人的稿" not in page

    def test_nobody_who_is_not_active_may_anything(self, newsroom):
        chief = member_of(CHIEFS)
        chief.is_active = False
        assert not may(chief, "see", a_draft())
        assert not visible(chief, Article.objects.all())
        admin = User.objects.create_superuser("root", "r@e.cn", "x")
        assert may(admin, "publish", a_draft())
        assert not may(admin, "delete", an_article())


class TestDraftsOfPublishedArticles:
    def test_b5_a_comparison_shows_what_readers_see_to_who_may_not_see_the_draft(self, newsroom):
        article = an_article("公开的标题", channel=newsroom.life, text="公开的正文，人人都能读到。")
        article.body = [("text", "<p>尚未公开的正文。</p>")]
        article.title = "尚未公开的标题"
        article.save_revision()
        own = a_draft("自己的稿", channel=newsroom.top)
        client = signed_in(member_of("要闻编辑"))
        page = client.get(reverse("search_compare", args=[own.pk, article.pk])).content.decode()
        assert "公开的正文，人人都能读到" in page
        assert "尚未公开" not in page
        client = signed_in(member_of("生活编辑"))
        page = client.get(reverse("search_compare", args=[article.pk, article.pk])).content.decode()
        assert "尚未公开的正文" in page


class TestANewsroomThatIsThereAlready:
    def migrated(self):
        from importlib import import_module

        from django.apps import apps

        migration = import_module("meiri.newsroom.migrations.0008_desks_keep_to_their_places")
        for step in (
            migration.reviews_ask_for_the_desk,
            migration.stations_look_after_what_they_filed,
            migration.desks_change_what_is_theirs,
        ):
            step(apps, None)

    def test_b2_reviews_by_group_become_reviews_by_desk(self, newsroom):
        from wagtail.models import GroupApprovalTask, Task, Workflow, WorkflowTask

        group = Group.objects.get(name="生活编辑")
        plain = GroupApprovalTask.objects.create(name="旧初审")
        plain.groups.add(group)
        workflow = Workflow.objects.create(name="旧流程")
        WorkflowTask.objects.create(workflow=workflow, task=plain, sort_order=0)
        article = a_draft(channel=newsroom.top)
        article.save_revision()
        workflow.start(article, member_of(REPORTERS))
        assert article.current_workflow_task.get_actions(article, member_of("生活编辑"))
        self.migrated()
        task = Task.objects.get(pk=plain.pk).specific
        assert (type(task).__name__, task.name, list(task.groups.all())) == ("ReviewTask", "旧初审", [group])
        article = Article.objects.get(pk=article.pk)
        assert not article.current_workflow_task.get_actions(article, member_of("生活编辑"))

    def test_b1_what_stations_filed_is_theirs_and_stays_where_it_stands(self, newsroom):
        n, editor = newsroom, member_of("新疆站编辑")
        article = an_article(channel=n.top, stations=[n.xinjiang], created_by=editor)
        assert not may(editor, "publish", article)
        self.migrated()
        article = Article.objects.get(pk=article.pk)
        assert may(editor, "publish", article)
        publish(article, by=editor)
        assert listed_at(Place.channel(n.top)) == [article.pk]

    def test_b4_b6_desks_keep_pictures_of_their_own_and_no_page(self, newsroom):
        from wagtail.models import GroupCollectionPermission

        from meiri.newsroom.initial_newsroom import named

        group, root = Group.objects.get(name="生活编辑"), Collection.get_first_root_node()
        GroupCollectionPermission.objects.filter(group=group).exclude(collection=root).delete()
        Collection.objects.get(name="生活编辑").delete()
        (change,) = named(["wagtailimages.change_image"]).values()
        GroupCollectionPermission.objects.create(group=group, collection=root, permission=change)
        (page,) = named(["wagtailcore.change_page"]).values()
        GroupPagePermission.objects.create(group=group, page=Page.get_first_root_node(), permission=page)
        self.migrated()
        assert not group.page_permissions.exists()
        made = Collection.objects.get(name="生活编辑")
        assert made.get_parent() == root
        assert [p.collection for p in group.collection_permissions.filter(permission=change)] == [made]
        assert Collection.find_problems() == ([], [], [], [], [])


@pytest.mark.parametrize("view", [CorrectionsView, ProposalsView])
def test_b4_views_of_the_desks_ask_who_may_by_themselves_too(rf, view):
    """Whichever address leads to them, also one that the table of the admin's doors does not know."""
    create_newsroom()
    request = rf.get("/")
    request.user = member_of()
    with pytest.raises(PermissionDenied):
        view.as_view()(request)


# Of the newsroom's lists, those that the menu names to each.
MENU = {
    "/admin/corrections/": {CHIEFS, EDITORS},
    "/admin/proposals/": {CHIEFS, EDITORS},
    "/admin/articles/bin/": {CHIEFS, EDITORS, REPORTERS},
}


def test_the_search_of_the_sidebar_leads_to_articles_only_for_those_who_see_some(newsroom):
    address = reverse("wagtailsnippets_newsroom_article:list")
    search = f'"wagtail.sidebar.SearchModule", "_args": ["{address}"]'
    assert search in signed_in(member_of(REPORTERS)).get("/admin/").content.decode()
    assert search not in signed_in(member_of(MODERATORS)).get("/admin/").content.decode()


@pytest.mark.parametrize("group", [CHIEFS, EDITORS, REPORTERS, MODERATORS, LETTER_EDITORS])
def test_b4_the_menu_names_what_its_reader_may_open(group):
    create_newsroom()
    page = signed_in(member_of(group)).get("/admin/").content.decode()
    menu = {address for address in MENU if f'"{address}"' in page}
    assert menu == {address for address, groups in MENU.items() if group in groups}
    assert ("SearchModule" in page) == (group in (CHIEFS, EDITORS, REPORTERS))  # it leads to the articles


def test_b2_who_wrote_an_article_for_another_desk_gets_no_button_that_publishes_it(newsroom):
    writer = member_of("生活编辑")
    for channel, offered in ((newsroom.life, True), (newsroom.top, False)):
        article = a_draft(channel=channel, created_by=writer)
        opened = signed_in(writer).get(reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk]))
        assert opened.status_code == 200
        assert ('value="action-publish"' in opened.content.decode()) == offered


def test_a_correction_is_the_matter_of_who_may_correct_its_article(newsroom):
    from meiri.newsroom.correcting import correct

    article = an_article("雪后", channel=newsroom.life, text="三十亿。")
    correct(article, "三十亿", "三亿", None)
    correction = article.corrections.get()
    for group, answer in (("生活编辑", True), ("北京站编辑", False), (CHIEFS, True), (REPORTERS, False)):
        assert may(member_of(group), "change", correction) == answer, group
