"""Every address below /admin/, Wagtail's own among them, walked by everybody who works in a newsroom.

Each article has words that stand nowhere else. What comes back to a person holds the words of those articles alone that the
table below says they may read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from django.test import Client, RequestFactory
from django.urls import Resolver404, URLPattern, get_resolver, resolve
from wagtail.models import WorkflowState

from meiri.comments.permissions import MODERATORS
from meiri.letters.permissions import LETTER_EDITORS
from meiri.members.models import User
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from meiri.newsroom.roles import EDITORS, REPORTERS
from meiri.policy import gate
from tests.newsroom.test_policy import member_of, the_form
from tests.newsroom_factory import a_channel, a_draft, a_station

pytestmark = pytest.mark.django_db

# What each article's words are, and who reads them. What is published is everybody's; a newer draft of it is not.
WORDS = {
    "draft": "琥珀草稿",
    "in review": "翡翠送审",
    "new version": "玛瑙新版",
    "reporter's": "珊瑚自采",
    "station's": "砗磲本站",
    "offered": "珍珠送稿",
}
LIVE = "水晶公开"
READS = {
    "生活编辑": {"draft", "in review", "new version", "reporter's", "offered"},
    "新疆站编辑": {"station's", "offered"},
    "北京站编辑": set(),
    "记者": {"reporter's"},
    "评论审核员": set(),
    "来信编辑": set(),
}
NAMES = {"记者": REPORTERS, "评论审核员": MODERATORS, "来信编辑": LETTER_EDITORS}


@dataclass
class World:
    articles: dict[str, Article] = field(default_factory=dict)
    people: dict[str, Client] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)


@pytest.fixture
def world() -> World:
    review, world = create_newsroom(), World()
    life, stations = (
        a_channel("关注民生", "minsheng"),
        [a_station("新疆", "xinjiang"), a_station("北京", "beijing")],
    )
    create_desk("生活编辑", [life])
    for name, station in (("新疆站编辑", stations[0]), ("北京站编辑", stations[1])):
        create_desk(name, [], [station])
    users = world.users
    for role in READS:
        users[role] = member_of(NAMES.get(role, role))
        world.people[role] = Client()
        world.people[role].force_login(users[role])

    def an_own(kind, **fields):
        words = WORDS[kind]
        article = a_draft(f"{words}题", channel=life, text=f"{words}文", **fields)
        article.save_revision()
        world.articles[kind] = article
        return article

    an_own("draft")
    review.start(an_own("in review"), member_of(EDITORS))
    an_own("reporter's", created_by=users["记者"])
    an_own("station's", home_station=stations[0], stations=[stations[0]])
    scheduled = an_own("offered", stations=[stations[0]])
    scheduled.title = f"{WORDS['offered']}题"
    publish(scheduled, by=users["生活编辑"])
    scheduled.refresh_from_db()
    # Published and taken back: a draft again, which was offered to the station.
    scheduled.unpublish()
    live = publish(a_draft(f"{LIVE}题", channel=life, text=f"{LIVE}文"), by=users["生活编辑"])
    live.title, live.body = f"{WORDS['new version']}题", [("text", f"<p>{WORDS['new version']}文</p>")]
    live.save_revision()
    world.articles["new version"] = live
    return world


def addresses(patterns=None, before="", names=()):
    """Every address of the URL configuration below /admin/ as (name, route)."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if route.startswith("admin/"):
                yield ":".join([*names, pattern.name or ""]), route
        elif route.startswith("admin/") or not before:
            yield from addresses(pattern.url_patterns, route, [*names, *filter(None, [pattern.namespace])])


CHOICES = {
    "app_label": "newsroom",
    "model_name": "article",
    "app_name": "newsroom",
    "action": "delete",
    "action_name": "approve",
    "content_type_app_name": "fronts",
    "content_type_model_name": "homepage",
    "revision_id_a": "earliest",
    "revision_id_b": "latest",
    "uidb64": "x",
    "token": "x",
    "filter_spec": "max-165x165",
}


def filled(name: str, route: str, article: Article) -> str:
    """The address with `article` wherever it asks for a key, with its newest revision and its review."""
    review = WorkflowState.objects.filter(object_id=str(article.pk)).first()
    keys = {
        "revision_id": article.latest_revision_id or 0,
        "task_state_id": review.current_task_state_id if review else 0,
        "workflow_state_id": review.pk if review else 0,
        "task_id": review.current_task_state.task_id if review else 0,
        "session_id": 1,
    } | CHOICES

    def value(match) -> str:
        return str(keys.get(match["name"] or match["named"], article.pk))

    pattern = r"<(?:\w+:)?(?P<name>\w+)>|\(\?P<(?P<named>\w+)>(?:[^()]|\([^)]*\))*\)"
    route = re.sub(r"\\([.?])", r"\1", re.sub(pattern, value, route).replace("^", "").replace("$", ""))
    return "/" + route.replace(".*/", "x/")


def is_for_each(route: str) -> bool:
    """Whether the address may name one of the articles."""
    return "article" in route or ("<" in route and "snippets/" not in route and "pages/" not in route)


def opens(user: User, address: str) -> bool:
    """Whether the gate lets `user` through, where anything is at `address`."""
    request = RequestFactory().get(address)
    request.user = user
    try:
        return gate.may_open(request, resolve(address))
    except Resolver404:
        return True


def test_b5_every_view_of_the_admin_is_in_the_table():
    open_without = {*gate.BEFORE_SIGNING_IN, ""}
    unknown = sorted(
        {name for name, _ in addresses() if name not in open_without and gate.asked_of(name) is None}
    )
    assert unknown == []


def test_b5_a_view_that_nobody_decided_about_does_not_open(rf: RequestFactory):
    from django.http import Http404

    create_newsroom()
    request = rf.get("/admin/")
    request.user = member_of(EDITORS)
    request.resolver_match = resolve("/admin/")
    request.resolver_match.view_name = "wagtail_of_next_year:list"
    with pytest.raises(Http404):
        gate.AdminGate(lambda request: None).process_view(request, None, (), {})


def in_turn(articles: Sequence[Article], turn: int, whole: bool) -> Sequence[Article]:
    """The articles that an address is asked for by one role: two of them in turn, so that each comes to each address by two of six;
    all with `--whole`."""
    if whole:
        return articles
    return [articles[(turn + step) % len(articles)] for step in (0, len(articles) // 2)]


def test_b5_nothing_that_comes_back_holds_what_its_reader_may_not_read(world, pytestconfig):
    whole = pytestconfig.getoption("--whole")
    told, walked, refused = [], 0, set()
    listed, articles = sorted(set(addresses())), list(world.articles.values())
    for number, role in enumerate(world.people):
        client, hidden = world.people[role], {WORDS[kind] for kind in WORDS.keys() - READS[role]}
        for turn, (name, route) in enumerate(listed):
            things = (
                in_turn(articles, number + turn, whole) if is_for_each(route) else [world.articles["draft"]]
            )
            for address in dict.fromkeys(filled(name, route, article) for article in things):
                # What the gate closes has answered to one of them.
                if name in refused and not opens(world.users[role], address):
                    continue
                asked = address
                if "chosen-multiple" in address or "/bulk/" in address:
                    asked += "?" + "&".join(f"id={article.pk}" for article in world.articles.values())
                if name.endswith(("results", "listing", "list")) or "choose" in name:
                    asked += "?q=题"
                answer = client.get(asked)
                walked += 1
                if answer.status_code in (302, 404):
                    refused.add(name)
                content = b"".join(answer) if answer.streaming else answer.content
                text = content.decode("utf-8", "replace")
                text = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)
                told += [f"{role} reads {words} at {asked}" for words in hidden if words in text]
                if answer.status_code >= 500:
                    told.append(f"{role}: {answer.status_code} at {asked}")
        assert client.get("/admin/").status_code == 200, f"{role} was signed out on the way"
    assert walked > 1200
    assert not told, "\n".join(told)


def test_b5_what_may_be_read_is_found(world):
    """The walk finds nothing because it is refused, not because nothing is there."""
    for role in ("生活编辑", "新疆站编辑", "记者"):
        page = world.people[role].get("/admin/snippets/newsroom/article/").content.decode()
        own = {kind for kind in READS[role] if kind != "new version"}
        assert {kind for kind in own if WORDS[kind] not in page} == set(), role


def test_b2_no_form_that_is_sent_changes_what_is_anothers(world):
    """A form to every address of an article, as everybody who may not change it."""

    def now():
        fields = ("pk", "title", "live", "locked", "channel", "latest_revision", "home_station")
        return list(Article.objects.order_by("pk").values_list(*fields)), list(
            WorkflowState.objects.values_list("status", "current_task_state")
        )

    before = now()
    sent = the_form(a_channel(), "改写", comment="好", reason="因为", **{"action-publish": "1"})
    changes = {"生活编辑": set(WORDS), "新疆站编辑": {"station's"}, "记者": {"reporter's"}}
    for role, client in world.people.items():
        for name, route in sorted(set(addresses())):
            if not name.startswith("wagtailsnippets_newsroom_article:") or "<" not in route:
                continue
            for kind, article in world.articles.items():
                if kind in changes.get(role, ()):
                    continue
                client.post(filled(name, route, article), sent)
                assert now() == before, f"{role} changed {kind} at {name}"


def test_the_policy_alone_asks_for_permissions():
    from pathlib import Path

    import meiri

    source = Path(meiri.__file__).parent
    asks = re.compile(r"has_perm\(|is_superuser")
    found = [
        str(path.relative_to(source))
        for path in sorted(source.rglob("*.py"))
        if asks.search(path.read_text()) and "migrations" not in path.parts
    ]
    # The log of what became of an account names the field.
    assert [name for name in found if not name.startswith("policy/")] == ["members/noting.py"]
