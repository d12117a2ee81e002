"""From a member's browser to what it shows: subscribing, what is sent, what is sealed, who is told no more."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from meiri.journal.consumers import run_consumer
from meiri.members import telling_followers
from meiri.members.carrying_notices import carry_notices
from meiri.members.kept_articles import follow_section
from meiri.members.models import NoticeChoice
from meiri.members.sign_ins import end_all_sign_ins
from meiri.members.telling_followers import rounds_are_open, tell_followers
from meiri.personal.notices import tell
from meiri.personal.personal_data import erase_personal_data
from meiri.push import subscribing
from meiri.push.models import PushMessage, PushSubscription
from meiri.push.push_sending import pushes_are_due, send_pushes
from meiri.push.vapid import key_file, public_site_key
from tests.members.people import a_member, a_registered_member, words
from tests.newsroom_factory import a_channel, an_article
from tests.push.push_service import PushBrowser, PushService, claims_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(monkeypatch):
    """A push service on this machine, which is not asked elsewhere than in tests."""
    here = {"is_allowed": lambda address: address == "127.0.0.1", "ports": None, "schemes": ("http",)}
    monkeypatch.setattr(subscribing, "RULES", replace(subscribing.RULES, **here))
    service = PushService()
    yield service
    service.stop()


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path


@pytest.fixture
def member(client):
    member = a_registered_member("lin@paper.example")
    client.force_login(member)
    return member


def subscribed(client, service, name: str = "one") -> PushBrowser:
    browser = PushBrowser(f"{service.url}/{name}")
    assert client.post("/members/push/", browser.form)["Location"] == "/members/#push"
    return browser


def wants(member, **choices) -> None:
    NoticeChoice.objects.update_or_create(member=member, defaults=choices)


def news_are_pushed() -> None:
    while run_consumer("followers"):
        pass
    while rounds_are_open():
        tell_followers()
    send_pushes()


def test_a_follower_is_pushed_title_and_address_which_only_the_browser_can_read(client, member, service):
    follow_section(member, a_channel())
    browser = subscribed(client, service)
    client.post("/members/notices/ways/", {"news_by_push": "on"})
    article = an_article("江上新桥合龙")
    news_are_pushed()
    [(path, headers, body)] = service.received
    assert path == "/one"
    assert "江上新桥合龙".encode() not in body
    assert json.loads(browser.opened(body)) == {"title": "江上新桥合龙", "url": article.get_absolute_url()}
    assert headers["Content-Encoding"] == "aes128gcm"
    assert 0 < int(headers["TTL"]) <= 6 * 3600
    claims = claims_of(headers["Authorization"])
    assert claims["aud"] == service.url
    assert claims["sub"].startswith("http")
    assert timezone.now().timestamp() < claims["exp"] <= timezone.now().timestamp() + 24 * 3600
    assert f"k={public_site_key()}" in headers["Authorization"]
    assert not PushMessage.objects.exists()
    assert not pushes_are_due()


def test_notices_are_pushed_without_what_they_say(client, member, service):
    browser = subscribed(client, service)
    wants(member, told_by_push=True)
    tell(member, "您对《误报》的评论未通过审核：含有他人电话", "/comments/mine/1/")
    carry_notices()
    send_pushes()
    [(_, _, body)] = service.received
    assert json.loads(browser.opened(body)) == {"title": "您有新的通知", "url": "/members/notices/"}


def test_what_may_harm_minors_and_what_nobody_chose_is_never_pushed(client, member, service):
    follow_section(member, a_channel())
    subscribed(client, service)
    an_article("没有打开推送")
    news_are_pushed()
    wants(member, news_by_push=True)
    an_article("血腥的现场", minors_risk="imitation")
    news_are_pushed()
    assert service.received == []


def test_a_member_is_pushed_no_more_than_some_a_day(client, member, service, monkeypatch):
    monkeypatch.setattr(telling_followers, "MOST_PUSHED", 2)
    follow_section(member, a_channel())
    subscribed(client, service)
    wants(member, news_by_push=True)
    for _ in range(3):
        an_article()
    news_are_pushed()
    assert len(service.received) == 2
    NoticeChoice.objects.update(pushed_on=timezone.localdate() - timedelta(days=1))
    an_article()
    news_are_pushed()
    assert len(service.received) == 3


def a_message(member, service, name: str) -> PushMessage:
    browser = PushBrowser(f"{service.url}/{name}")
    subscription = subscribing.subscribe(member, **browser.form, device="手机", session="")
    expires = timezone.now() + timedelta(hours=1)
    return PushMessage.objects.create(subscription=subscription, title="甲", url="/keji/", expires_at=expires)


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(member, service, status):
    a_message(member, service, "gone")
    service.answers["/gone"] = (status, {})
    send_pushes()
    assert not PushSubscription.objects.exists()
    assert not PushMessage.objects.exists()


@pytest.mark.parametrize(("status", "headers", "least"), [(429, {"Retry-After": "120"}, 110), (503, {}, 5)])
def test_a_busy_service_is_asked_again_later_and_at_last_no_more(member, service, status, headers, least):
    message = a_message(member, service, "busy")
    service.answers["/busy"] = (status, headers)
    send_pushes()
    message.refresh_from_db()
    assert message.next_try_at > timezone.now() + timedelta(seconds=least)
    assert not pushes_are_due()
    for _ in range(10):
        PushMessage.objects.update(next_try_at=timezone.now())
        send_pushes()
    assert len(service.received) == 6
    assert not PushMessage.objects.exists()
    assert PushSubscription.objects.exists()


def test_what_is_refused_or_too_late_is_not_sent_again(member, service):
    service.answers["/refused"] = (413, {})
    a_message(member, service, "refused")
    late = a_message(member, service, "late")
    PushMessage.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    send_pushes()
    assert [path for path, _, _ in service.received] == ["/refused"]
    assert not PushMessage.objects.exists()


def test_a_service_that_is_away_delays_its_message_and_no_other(member, service):
    a_message(member, service, "there")
    away = a_message(member, service, "away")
    PushSubscription.objects.filter(pk=away.subscription_id).update(endpoint="http://127.0.0.1:9/away")
    send_pushes()
    assert [path for path, _, _ in service.received] == ["/there"]
    assert list(PushMessage.objects.values_list("pk", flat=True)) == [away.pk]


def test_addresses_inside_are_not_asked_though_they_were_stored(member, service, monkeypatch):
    a_message(member, service, "inside")
    monkeypatch.undo()
    send_pushes()
    assert service.received == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://push.example/a",
        "https://push.example:8443/a",
        "https://user@push.example/a",
        "ftp://push.example/",
        "https://push.example/" + "a" * 1000,
        "/members/",
        "https://[::1",
    ],
)
def test_endpoints_that_may_not_be_asked_are_refused_with_a_sentence(client, member, endpoint):
    answer = client.post("/members/push/", PushBrowser(endpoint).form)
    assert answer.status_code == 422
    assert "推送服务不能使用" in words(answer)
    assert not PushSubscription.objects.exists()


def test_keys_that_are_none_are_refused_with_a_sentence(client, member):
    form = PushBrowser("https://push.example/a").form | {"public_key": "x"}
    assert client.post("/members/push/", form).status_code == 422
    assert client.post("/members/push/").status_code == 422


def test_a_browser_is_one_members_and_a_member_has_so_many(client, member, service, monkeypatch):
    monkeypatch.setattr(subscribing, "MOST_SUBSCRIPTIONS", 2)
    for name in ("one", "one", "two", "three"):
        subscribed(client, service, name)
    assert sorted(s.endpoint[-3:] for s in subscribing.subscriptions_of(member)) == ["ree", "two"]
    other = a_member("zhao.xi")
    client.force_login(other)
    subscribed(client, service, "two")
    assert [s.member for s in PushSubscription.objects.filter(endpoint__endswith="two")] == [other]
    mine = subscribing.subscriptions_of(member)[0]
    client.post(f"/members/push/{mine.pk}/end/")
    assert PushSubscription.objects.filter(pk=mine.pk).exists()


def test_signing_out_ends_what_is_pushed_to_that_browser_and_to_those_signed_out_from_afar(
    client, member, service
):
    subscribed(client, service, "here")
    a_message(member, service, "elsewhere")
    assert "（本机）" in words(client.get("/members/"))
    client.post("/members/logout/")
    assert [s.endpoint[-9:] for s in subscribing.subscriptions_of(member)] == ["elsewhere"]
    client.force_login(member)
    subscribed(client, service, "again")
    client.get("/members/")
    end_all_sign_ins(member)
    assert [s.endpoint[-9:] for s in subscribing.subscriptions_of(member)] == ["elsewhere"]


def test_a_member_takes_subscriptions_away_ends_them_and_leaves_none(client, member, service):
    subscribed(client, service)
    archive = zipfile.ZipFile(io.BytesIO(client.post("/members/export/").content))
    [held] = json.loads(archive.read("data.json"))["资料"]["推送设备"]
    assert held["推送地址"] == f"{service.url}/one"
    subscribed(client, service, "two")
    second = PushSubscription.objects.get(endpoint__endswith="two")
    client.post(f"/members/push/{second.pk}/end/")
    assert PushSubscription.objects.count() == 1
    erase_personal_data(member)
    assert not PushSubscription.objects.exists()


def test_subscriptions_of_another_key_of_the_site_are_forgotten(member, service):
    a_message(member, service, "one")
    key_file().unlink()
    send_pushes()
    assert service.received == []
    assert not PushSubscription.objects.exists()


def test_the_key_is_made_once_for_its_owner_alone_and_a_damaged_one_is_named(home):
    first = public_site_key()
    assert public_site_key() == first
    assert key_file().stat().st_mode & 0o777 == 0o600
    key_file().write_text("不是密钥")
    with pytest.raises(ImproperlyConfigured, match=r"push\.key"):
        public_site_key()
