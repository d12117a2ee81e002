"""Posts: a role of a person at places, for a while, and in somebody's stead."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Collection

from meiri.journal.models import Entry
from meiri.media.models import Picture
from meiri.members.models import User
from meiri.newsroom.appointing import appoint, appoint_deputy, hand_over_posts
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.posts import acting_for, members_of, memberships_of, signature_of
from meiri.newsroom.roles import CHIEFS, EDITORS, OPERATORS, REPORTERS, STATION_CHIEFS
from meiri.personal.personal_data import export_personal_data
from meiri.policy import may, may_enter, visible
from meiri.policy.reach import reach_of_groups
from meiri.security.models import SecurityEvent
from tests.newsroom_factory import a_channel, a_draft, a_station, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()
    a_channel("要闻", "yaowen"), a_channel("关注民生", "minsheng")
    a_station("新疆", "xinjiang"), a_station("北京", "beijing")


@pytest.fixture
def places(initial_data):
    return {
        "要闻": a_channel("要闻", "yaowen"),
        "民生": a_channel("关注民生", "minsheng"),
        "新疆": a_station("新疆", "xinjiang"),
        "北京": a_station("北京", "beijing"),
    }


def somebody(name: str = "林小满") -> User:
    number = User.objects.count()
    return User.objects.create_user(f"user{number}", email=f"u{number}@e.cn", first_name=name)


def role(name: str) -> Group:
    return Group.objects.get(name=name)


def again(user) -> User:
    """The user of a new request."""
    return User.objects.get(pk=user.pk)


def test_a_post_holds_at_its_places_and_nowhere_else(places):
    user = somebody()
    appoint(user, role(EDITORS), [places["要闻"]], [places["新疆"]])
    assert may_enter(user)
    assert may(user, "publish", a_draft(channel=places["要闻"]))
    assert may(user, "publish", a_draft(channel=places["民生"], home_station=places["新疆"]))
    assert not may(user, "publish", a_draft(channel=places["民生"]))
    assert not may(user, "see", a_draft(channel=places["要闻"], home_station=places["北京"]))


def test_roles_at_different_places_do_not_mix(places):
    user = somebody()
    appoint(user, role(REPORTERS), [places["要闻"]])
    appoint(user, role(EDITORS), [places["民生"]])
    assert may(user, "add", Article(), places["要闻"])
    assert not may(user, "publish", a_draft(channel=places["要闻"]))
    assert may(user, "publish", a_draft(channel=places["民生"]))


def test_a_group_without_a_desk_does_not_undo_the_places_of_a_post(places):
    user = somebody()
    user.groups.add(role(CHIEFS))
    assert may(user, "publish", a_draft(channel=places["民生"]))
    post = appoint(again(user), role(EDITORS), [places["要闻"]])
    assert not may(again(user), "publish", a_draft(channel=places["民生"]))
    # Nor does it come back when the post ends.
    post.valid_until = timezone.localdate() - timedelta(days=1)
    post.save()
    assert not may_enter(again(user))
    # A desk's group stays bound to the desk.
    user.groups.add(create_desk("民生编辑", [places["民生"]]).group)
    assert may(again(user), "publish", a_draft(channel=places["民生"]))


def test_a_post_holds_from_its_first_day_to_its_last(places):
    user, today = somebody(), timezone.localdate()
    post = appoint(user, role(EDITORS), everywhere=True, valid_from=today, valid_until=today)
    assert may_enter(again(user))
    assert again(user).has_perm("wagtailadmin.access_admin")
    for first, last in ((today + timedelta(days=1), None), (None, today - timedelta(days=1))):
        post.valid_from, post.valid_until = first, last
        post.save()
        assert not may_enter(again(user))
        assert not again(user).has_perm("wagtailadmin.access_admin")
        assert not members_of([post.group_id]).filter(pk=user.pk).exists()


def test_who_is_not_active_any_more_has_no_post(places):
    user = somebody()
    appoint(user, role(CHIEFS), everywhere=True)
    user.is_active = False
    user.save()
    assert not may_enter(again(user))
    assert not may(again(user), "add", Article)
    assert not members_of([role(CHIEFS).pk]).filter(pk=user.pk).exists()


def test_a_deputy_has_the_role_and_the_places_and_signs_for_the_other(places):
    chief, deputy = somebody("沈青禾"), somebody("林小满")
    post = appoint(chief, role(CHIEFS), [places["要闻"]])
    appoint(deputy, role(EDITORS), [places["民生"]])
    appoint_deputy(deputy, post, valid_until=timezone.localdate())
    deputy, groups = again(deputy), [role(CHIEFS).pk, role(EDITORS).pk]
    theirs, own = a_draft(channel=places["要闻"]), a_draft(channel=places["民生"])
    assert may(deputy, "publish", theirs)
    acting = acting_for(deputy, groups, theirs)
    assert acting == post
    assert signature_of(deputy, acting) == "林小满（代沈青禾）"
    assert acting_for(deputy, groups, own) is None
    assert signature_of(deputy, None) == "林小满"
    assert acting_for(again(chief), groups, theirs) is None
    # With the post of the other ends what is done for it.
    post.valid_until = timezone.localdate() - timedelta(days=1)
    post.save()
    assert not may(again(deputy), "publish", theirs)
    assert members_of([role(CHIEFS).pk]).count() == 0


def test_nobody_stands_in_for_a_deputy_or_for_themselves(places):
    chief, deputy = somebody(), somebody()
    post = appoint(chief, role(CHIEFS), everywhere=True)
    standing_in = appoint_deputy(deputy, post)
    for who, which in ((somebody(), standing_in), (chief, post)):
        with pytest.raises(ValidationError):
            appoint_deputy(who, which)
    with pytest.raises(ValidationError):
        appoint(
            chief,
            role(EDITORS),
            valid_from=timezone.localdate(),
            valid_until=timezone.localdate() - timedelta(1),
        )


def test_the_posts_of_who_leaves_go_to_the_successor(places):
    leaving, successor, deputy = somebody(), somebody(), somebody()
    post = appoint(leaving, role(EDITORS), [places["要闻"]])
    appoint_deputy(deputy, post)
    appoint_deputy(successor, post)
    other = appoint(somebody(), role(CHIEFS), everywhere=True)
    appoint_deputy(leaving, other)
    assert hand_over_posts(leaving, successor) == 1
    assert memberships_of(leaving) == []
    assert [m.post for m in memberships_of(again(successor))] == [post.pk]
    assert may(again(deputy), "publish", a_draft(channel=places["要闻"]))


def test_what_may_be_done_is_known_after_a_fixed_number_of_queries(places, django_assert_num_queries):
    user = somebody()
    with django_assert_num_queries(1):
        assert memberships_of(user) == []
    for _ in range(20):
        appoint(user, role(EDITORS), [places["要闻"]], [places["新疆"]])
    with django_assert_num_queries(3):
        assert len(memberships_of(user)) == 20


def test_a_post_lets_review_what_stands_at_its_places(places):
    user = somebody()
    appoint(user, role(EDITORS), [places["要闻"]])
    found = reach_of_groups(user, [role(EDITORS).pk])
    assert found.channels == {places["要闻"].pk}
    assert not found.everywhere
    assert not reach_of_groups(user, [role(CHIEFS).pk])


def test_a_post_adds_pictures_and_changes_its_own_alone(places):
    user = somebody()
    appoint(user, role(EDITORS), [places["要闻"]])
    root = Collection.get_first_root_node()
    kept = {"width": 10, "height": 10, "collection": root, "file": "x.jpg", "file_size": 1}
    foreign, own = Picture(title="别人的", **kept), Picture(title="自己的", uploaded_by_user=user, **kept)
    Picture.objects.bulk_create([foreign, own])
    assert may(user, "add", Picture)
    assert may(user, "choose", foreign)
    assert may(user, "change", own)
    assert not may(user, "change", foreign)
    assert set(visible(user, Picture.objects.all(), "change")) == {own}
    chief = somebody()
    appoint(chief, role(CHIEFS), everywhere=True)
    assert may(chief, "change", foreign)


def test_who_has_a_post_works_in_the_admin(places):
    user = somebody()
    appoint(user, role(EDITORS), [places["要闻"]])
    client = Client()
    client.force_login(user)
    seen, unseen = an_article("要闻一条", channel=places["要闻"]), a_draft("民生一条", channel=places["民生"])
    page = client.get(reverse("wagtailsnippets_newsroom_article:list"))
    assert seen.title in page.content.decode()
    assert unseen.title not in page.content.decode()
    assert client.get(reverse("wagtailsnippets_newsroom_article:edit", args=[seen.pk])).status_code == 200
    assert client.get(reverse("wagtailsnippets_newsroom_article:edit", args=[unseen.pk])).status_code == 302


def test_posts_are_told_to_the_journal_the_security_log_and_their_owner(places):
    user = somebody()
    post = appoint(user, role(EDITORS), [places["要闻"]])
    assert Entry.objects.filter(kind="post.created").count() == 1
    noted = SecurityEvent.objects.filter(event="rights_changed").values_list("details", flat=True)
    assert {details["what"] for details in noted} >= {"岗位", "岗位的频道"}
    assert export_personal_data(user)["岗位"] == [{"角色": EDITORS, "范围": "要闻", "从": "", "到": ""}]
    post.delete()
    assert Entry.objects.filter(kind="post.deleted").count() == 1


def test_a_newsroom_of_before_gets_the_roles_with_what_its_own_groups_may(initial_data):
    add_roles = import_module("meiri.newsroom.migrations.0019_more_roles").add_roles
    Group.objects.filter(name__in=[STATION_CHIEFS, OPERATORS]).delete()
    theirs = Permission.objects.get(codename="change_protectedterm")
    role(EDITORS).permissions.add(theirs)
    add_roles(apps, None)
    add_roles(apps, None)
    assert theirs in role(STATION_CHIEFS).permissions.all()
    assert role(STATION_CHIEFS).collection_permissions.count() == role(EDITORS).collection_permissions.count()
    assert role(OPERATORS).permissions.filter(codename="change_user").exists()
    Group.objects.all().delete()
    add_roles(apps, None)
    assert not Group.objects.exists()
