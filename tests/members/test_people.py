"""人员与岗位: one form for a person with all that they may do, and where."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meiri.journal import net
from meiri.members.models import User
from meiri.newsroom.appointing import appoint, appoint_deputy
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.models import Post
from meiri.newsroom.roles import CHIEFS, EDITORS, OPERATORS, REPORTERS
from meiri.policy import may, may_enter
from tests.newsroom_factory import a_channel, a_draft, a_station

PASSWORD = "每天一份好报纸2026"
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()
    a_channel("要闻", "yaowen")
    a_station("新疆", "xinjiang")


def role(name: str) -> Group:
    return Group.objects.get(name=name)


@pytest.fixture
def operator(initial_data) -> User:
    user = User.objects.create_user("yunwei", email="y@e.cn", first_name="运维")
    appoint(user, role(OPERATORS), everywhere=True)
    return user


@pytest.fixture
def client(operator):
    client = Client()
    client.force_login(operator)
    return client


def form(name="林小满", account="linxiaoman", password=PASSWORD, posts=(), **fields) -> dict:
    """The fields of the form of a person; each of `posts` a mapping."""
    data = {"name": name, "username": account, "email": "", "password": password, **fields}
    rows = list(posts)
    data |= {"posts-TOTAL_FORMS": len(rows), "posts-INITIAL_FORMS": sum("id" in row for row in rows)}
    for number, row in enumerate(rows):
        data |= {f"posts-{number}-{field}": value for field, value in row.items()}
    return data


def again(user) -> User:
    return User.objects.get(pk=user.pk)


def test_a_new_reporter_with_a_place_is_one_screen(client):
    station = a_station("新疆", "xinjiang")
    assert "岗位" in client.get(reverse("people_add")).content.decode()
    post = {"group": role(REPORTERS).pk, "stations": [station.pk], "valid_until": "2030-12-31"}
    answer = client.post(reverse("people_add"), form(posts=[post]))
    assert answer.status_code == 302, answer.context["form"].errors
    reporter = User.objects.get(username="linxiaoman")
    assert (reporter.get_full_name(), reporter.check_password(PASSWORD)) == ("林小满", True)
    assert may_enter(reporter)
    assert may(reporter, "add", a_draft(), station)
    assert not may(reporter, "add", a_draft(), a_channel("要闻", "yaowen"))
    listed = client.get(reverse("people"), {"q": "lxm"}).content.decode()
    assert "林小满" in listed
    assert "记者 · 新疆" in listed


@pytest.mark.parametrize(
    ("post", "says"),
    [
        ({}, "请选择角色"),
        ({"group": EDITORS}, "请选频道或地方站"),
        (
            {"group": EDITORS, "everywhere": "on", "valid_from": "2026-12-02", "valid_until": "2026-12-01"},
            "早于",
        ),
        ({"group": EDITORS, "everywhere": "on", "valid_until": "明年"}, "日期"),
    ],
)
def test_bad_posts_are_refused_in_words_and_nothing_is_stored(client, post, says):
    if "group" in post:
        post = post | {"group": role(post["group"]).pk}
    answer = client.post(reverse("people_add"), form(posts=[{"valid_from": "2026-12-01"} | post]))
    assert says in answer.content.decode()
    assert not User.objects.filter(username="linxiaoman").exists()


def test_groups_from_before_become_posts_that_one_sees(client):
    person = User.objects.create_user("lao", first_name="青禾", last_name="沈")
    person.groups.add(role(EDITORS), create_desk("要闻编辑", [a_channel("要闻", "yaowen")]).group)
    page = client.get(reverse("people_edit", args=[person.pk])).content.decode()
    assert "沈青禾" in page
    kept = [str(group.pk) for group in person.groups.filter(desk__isnull=False)]
    posts = [{"group": role(EDITORS).pk, "stations": [a_station("新疆", "xinjiang").pk]}]
    data = form("沈青禾", "lao", "", posts, is_active="on", desk_groups=kept)
    assert client.post(reverse("people_edit", args=[person.pk]), data).status_code == 302
    person = again(person)
    assert [group.name for group in person.groups.all()] == ["要闻编辑"]
    assert may(person, "publish", a_draft(home_station=a_station("新疆", "xinjiang")))
    assert not may(person, "publish", a_draft(channel=a_channel("关注民生", "minsheng")))


def test_who_leaves_hands_over_or_the_posts_end(client):
    top = a_channel("要闻", "yaowen")
    leaving, successor, deputy = (User.objects.create_user(name, first_name=name) for name in ("a", "b", "c"))
    post = appoint(leaving, role(CHIEFS), [top])
    appoint_deputy(deputy, post)
    data = form("甲", "a", "", [{"id": post.pk, "group": post.group_id, "channels": [top.pk]}])
    # One who works in the newsroom may take them.
    appoint(successor, role(REPORTERS), everywhere=True)
    answer = client.post(reverse("people_edit", args=[leaving.pk]), data | {"successor": successor.pk})
    assert answer.status_code == 302
    assert not again(leaving).is_active
    assert Post.objects.get(pk=post.pk).user == successor
    assert may(again(deputy), "publish", a_draft(channel=top))

    data = form("乙", "b", "", [{"id": post.pk, "group": post.group_id, "channels": [top.pk]}])
    assert client.post(reverse("people_edit", args=[successor.pk]), data).status_code == 302
    assert not may(again(deputy), "publish", a_draft(channel=top))
    assert Post.objects.valid().filter(user=successor).count() == 0


def test_nobody_gives_posts_to_themselves_or_changes_an_administrator(client, operator):
    boss = User.objects.create_superuser("boss", password="x")
    assert client.get(reverse("people_edit", args=[boss.pk])).status_code == 302
    assert client.post(reverse("people_edit", args=[boss.pk]), form("甲", "boss")).status_code == 302
    assert again(boss).check_password("x")
    own = {"group": role(CHIEFS).pk, "everywhere": "on"}
    data = form("运维", "yunwei", "", [own], is_active="on")
    assert client.post(reverse("people_edit", args=[operator.pk]), data).status_code == 302
    assert not may(again(operator), "publish", a_draft())
    out = client.post(reverse("people_edit", args=[operator.pk]), form("运维", "yunwei", ""))
    assert "不能停用自己的账号" in out.content.decode()


def test_a_list_of_five_hundred_people_is_bounded(client, django_assert_num_queries):
    def add(start: int, number: int) -> None:
        made = [User(username=f"p{n}", first_name=f"记者{n:03}") for n in range(start, start + number)]
        with net.paused():  # as what fixtures prepare
            people = User.objects.bulk_create(made)
            add_posts(people)

    def add_posts(people):
        Post.objects.bulk_create(
            Post(user=person, group=role(REPORTERS), everywhere=True) for person in people
        )

    def seen():
        answer = client.get(reverse("people"))
        return len(answer.context["people"])

    add(0, 60)
    assert seen() == 50
    with CaptureQueriesContext(connection) as few:
        seen()
    add(60, 440)
    with django_assert_num_queries(len(few)):
        assert seen() == 50
    assert "记者499" in client.get(reverse("people"), {"q": "记者499"}).content.decode()
    assert client.get(reverse("people"), {"page": "11"}).status_code == 200


def test_a_deputy_is_chosen_by_the_post_and_sees_until_when(client):
    chief = User.objects.create_user("zong", first_name="沈青禾")
    post = appoint(chief, role(CHIEFS), [a_channel("要闻", "yaowen")])
    found = client.get(reverse("article_choices", args=["posts"]), {"q": "sqh"}).json()
    assert found["choices"] == [{"key": str(post.pk), "label": "沈青禾 · 主编 · 要闻", "note": ""}]
    until = timezone.localdate() + timedelta(days=7)
    data = form(posts=[{"deputy_for": post.pk, "valid_until": until.isoformat()}])
    assert client.post(reverse("people_add"), data).status_code == 302
    assert may(
        User.objects.get(username="linxiaoman"), "publish", a_draft(channel=a_channel("要闻", "yaowen"))
    )
    assert "代沈青禾" in client.get(reverse("people")).content.decode()


def test_only_who_keeps_people_finds_their_posts(client):
    editor = User.objects.create_user("bianji")
    appoint(editor, role(EDITORS), everywhere=True)
    other = Client()
    other.force_login(editor)
    assert other.get(reverse("article_choices", args=["posts"])).status_code == 302
    assert other.get(reverse("people")).status_code == 302
    assert other.get(reverse("article_choices", args=["source"])).status_code == 200
    assert client.get(reverse("article_choices", args=["nothing"])).status_code == 302
