"""Members sign in with other accounts: a provider answers over HTTP, as it should and otherwise."""

import html
import io
import json
import re
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import get_user_model
from django.test import Client

from meiri.members import guarded_session, provider
from meiri.members.guarded_session import GuardedSession, may_be_asked
from meiri.personal.models import Notice
from tests.members.people import PASSWORD, a_registered_member, words
from tests.members.provider_server import CLIENT, SECRET, Answer, Provider, as_json

pytestmark = pytest.mark.django_db

MAIL = "lin@paper.example"
WAYS = ["oidc", "qq", "weixin", "weibo"]


@pytest.fixture
def there(settings, monkeypatch):
    """The provider, and a site that knows it."""
    there = Provider()
    credentials = f"{CLIENT}:{SECRET}"
    settings.OIDC, settings.OIDC_CLIENT, settings.OIDC_PRIVATE = there.url, credentials, True
    settings.QQ = settings.WEIXIN = settings.WEIBO = credentials
    addresses = {
        provider.QQAdapter: {
            "access_token_url": "oauth2.0/token",
            "openid_url": "oauth2.0/me",
            "profile_url": "user/get_user_info",
        },
        provider.WeixinAdapter: {
            "access_token_url": "sns/oauth2/access_token",
            "profile_url": "sns/userinfo",
        },
        provider.WeiboAdapter: {"access_token_url": "weibo/access_token", "profile_url": "weibo/users_show"},
    }
    for adapter, paths in addresses.items():
        for name, path in paths.items():
            monkeypatch.setattr(adapter, name, f"{there.url}/{path}")
    yield there
    there.stop()


def set_out(client, way="oidc", **sent):
    """The address at the provider that the site leads to."""
    page = words(client.post(f"/members/other/{way}/", sent))
    return html.unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', page)[1])


def come_back(client, there, way="oidc", **sent):
    return client.get(f"/members/other/{way}/back/", there.consent(set_out(client, way, **sent)))


def join(client, there, way="oidc", nickname="林间"):
    assert come_back(client, there, way)["Location"] == "/members/other/join/"
    return client.post("/members/other/join/", {"nickname": nickname, "consent": "on"})


def people():
    return get_user_model().objects


def is_signed_in(client) -> bool:
    return "我的账号" in words(client.get("/members/"))


def test_without_settings_there_is_no_other_way(client):
    for page in ("login", "register"):
        assert "other-ways" not in words(client.get(f"/members/{page}/"))
    for way in WAYS:
        assert client.post(f"/members/other/{way}/").status_code == 404
        assert client.get(f"/members/other/{way}/back/?state=x&code=y").status_code == 404


def test_each_way_that_is_set_has_its_button(client, there):
    for page in ("login", "register"):
        text = words(client.get(f"/members/{page}/"))
        for name in ("微信", "微博", "QQ", "统一身份认证"):
            assert f"用{name}" in text


@pytest.mark.parametrize("way", WAYS)
def test_a_reader_joins_and_comes_back(client, there, way):
    answer = come_back(client, there, way)
    assert answer["Location"] == "/members/other/join/"
    assert 'value="山间来客"' in words(client.get(answer["Location"]))
    assert not people().exists()
    answer = client.post("/members/other/join/", {"nickname": "林间", "consent": "on"})
    assert answer["Location"] == "/members/"
    member = people().get()
    assert (member.nickname, member.email, member.registered) == ("林间", "", True)
    assert not member.has_usable_password()
    assert is_signed_in(client)
    later = Client()
    assert come_back(later, there, way, next="/members/history/")["Location"] == "/members/history/"
    assert is_signed_in(later)
    assert people().count() == 1


def test_nothing_is_kept_of_what_a_provider_tells_but_a_name(client, there):
    join(client, there)
    account = SocialAccount.objects.get()
    assert account.extra_data == {"name": "山间来客"}
    assert "u-1001" not in account.uid
    assert not SocialToken.objects.exists()
    assert not EmailAddress.objects.exists()


def test_joining_needs_a_nickname_and_consent(client, there):
    come_back(client, there)
    assert client.post("/members/other/join/", {"nickname": "林间"}).status_code == 422
    assert client.post("/members/other/join/", {"nickname": "官方客服", "consent": "on"}).status_code == 422
    client.post("/members/other/join/", {"nickname": "林间", "website": "x", "consent": "on"})
    assert not people().exists()


def test_joining_gives_no_more_than_a_member_has(client, there):
    come_back(client, there)
    more = {"is_superuser": "on", "is_staff": "on", "groups": "1", "email": MAIL, "username": "admin"}
    client.post("/members/other/join/", {"nickname": "林间", "consent": "on", **more})
    member = people().get()
    assert (member.is_superuser, member.is_staff, member.email) == (False, False, "")
    assert member.username != "admin"


def test_a_mail_address_told_by_a_provider_opens_no_account(client, there):
    owner = a_registered_member(MAIL)
    join(client, there)
    assert people().count() == 2
    assert int(client.session["_auth_user_id"]) != owner.pk
    assert not SocialAccount.objects.filter(user=owner).exists()


def test_the_session_is_a_new_one_after_signing_in(client, there):
    join(client, there)
    other = Client()
    address = set_out(other)
    before = other.cookies["sessionid"].value
    other.get("/members/other/oidc/back/", there.consent(address))
    assert is_signed_in(other)
    assert other.cookies["sessionid"].value != before
    assert not is_signed_in(Client(headers={"cookie": f"sessionid={before}"}))


def test_what_is_asked_for_is_not_the_browsers_to_say(client, there):
    page = words(
        client.post("/members/other/oidc/?scope=admin&auth_params=redirect_uri%3Dhttps://elsewhere.example/")
    )
    address = html.unescape(re.search(r"url=([^\"]*)", page)[1])
    asked = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
    assert asked["redirect_uri"].endswith("/members/other/oidc/back/")
    assert set(asked["scope"].split()) == {"openid", "profile"}
    assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
    assert len(asked["nonce"]) >= 32
    assert SECRET not in address


def test_the_address_one_comes_back_to_is_not_taken_from_the_host_header(client, there, settings):
    page = client.post("/members/other/qq/", headers={"host": "elsewhere.example"})
    assert "elsewhere.example" not in words(page).split("http-equiv")[1].split(">")[0]


def test_setting_out_needs_the_sites_form(there):
    assert Client(enforce_csrf_checks=True).post("/members/other/oidc/").status_code == 403
    assert Client().get("/members/other/oidc/").status_code == 405


def test_the_page_that_leads_there_loosens_no_policy(client, there):
    policy = client.post("/members/other/oidc/")["Content-Security-Policy"]
    assert "form-action 'self'" in policy


def test_one_does_not_set_out_without_end(client, there):
    for _ in range(30):
        client.post("/members/other/qq/")
    assert client.post("/members/other/qq/").status_code == 429


def fails(client, query, way="oidc"):
    answer = client.get(f"/members/other/{way}/back/", query)
    assert answer.status_code == 401
    assert "没有登录成功" in words(answer)
    assert not is_signed_in(client)
    assert "socialaccount_sociallogin" not in client.session
    return True


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_missing_or_foreign_state_opens_nothing(client, there, way):
    sent = there.consent(set_out(client, way))
    assert fails(Client(), sent, way)
    assert fails(client, sent | {"state": "x" * 16}, way)
    assert fails(client, {"code": sent["code"]}, way)
    other = "qq" if way != "qq" else "oidc"
    assert fails(client, sent, other)
    assert sent["code"] in there.codes


@pytest.mark.parametrize("way", WAYS)
def test_a_code_or_a_state_is_good_for_once(client, there, way):
    sent = there.consent(set_out(client, way))
    client.get(f"/members/other/{way}/back/", sent)
    client.cookies.clear()
    assert fails(client, sent, way)
    fresh = there.consent(set_out(client, way))
    assert fails(client, fresh | {"code": sent["code"]}, way)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"nonce": 1},
        {"aud": "another site"},
        {"aud": None},
        {"aud": [CLIENT, "another site"], "azp": "another site"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"exp": None},
        {"sub": "somebody else"},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(client, there, claims):
    join(client, there)
    client.post("/members/logout/")
    there.claims = claims
    assert fails(client, there.consent(set_out(client)))


HOSTILE = {
    "html": Answer("<html>" + "<b>x</b>" * 100, "text/html"),
    "huge": Answer(b'{"a": "' + b"x" * 3_000_000 + b'"}'),
    "a list": as_json([1]),
    "null": as_json(None),
    "a number for a name": as_json(
        {"access_token": 7, "sub": 7, "openid": 7, "nickname": 7, "idstr": 7, "ret": 0}
    ),
    "no bytes": Answer(b""),
    "an error": Answer("{}", status=500),
    "elsewhere": Answer("", status=302, headers={"Location": "http://169.254.169.254/"}),
    "not unpacked": Answer(b"no gzip", headers={"Content-Encoding": "gzip"}),
    "not text": Answer(b'{"access_token": "\xff\xfe"}'),
}
PLACES = [
    *(("oidc", "/token"), ("oidc", "/userinfo"), ("qq", "/oauth2.0/token"), ("qq", "/oauth2.0/me")),
    *(("weixin", "/sns/oauth2/access_token"), ("weixin", "/sns/userinfo")),
    *(("weibo", "/weibo/access_token"), ("weibo", "/weibo/users_show")),
]


@pytest.mark.parametrize(("way", "path"), PLACES)
@pytest.mark.parametrize("kind", HOSTILE)
def test_an_answer_of_another_form_opens_nothing(client, there, way, path, kind):
    sent = there.consent(set_out(client, way))
    there.answers[path] = HOSTILE[kind]
    assert fails(client, sent, way)


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://169.254.169.254/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_gone_to(client, there, change):
    good = there._well_known_openid_configuration({}).body
    there.answers["/.well-known/openid-configuration"] = as_json(json.loads(good) | change)
    answer = client.post("/members/other/oidc/")
    assert answer.status_code == 401
    assert "http-equiv" not in words(answer)


def test_a_provider_that_dribbles_is_hung_up_on(there, monkeypatch):
    monkeypatch.setattr(guarded_session, "LONGEST", 0.5)
    there.answers["/slow"] = Answer(b"x" * 200, drip=0.05)
    with pytest.raises(guarded_session.requests.ConnectionError, match="longer than"):
        GuardedSession().get(f"{there.url}/slow")


def test_a_provider_that_is_silent_is_hung_up_on(client, there, monkeypatch):
    monkeypatch.setattr(guarded_session, "SILENCE", 0.3)
    sent = there.consent(set_out(client, "weixin"))
    there.answers["/sns/userinfo"] = Answer(b"xx", drip=5)
    assert fails(client, sent, "weixin")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "2130706433", "localhost"]
)
def test_private_addresses_are_not_asked(settings, host):
    settings.OIDC, settings.OIDC_PRIVATE = "https://login.example", True
    with pytest.raises(guarded_session.requests.RequestException):
        GuardedSession().get(f"https://{host}/")


def test_what_may_be_asked(settings):
    assert may_be_asked("https://graph.qq.com/oauth2.0/me")
    for url in (
        "http://graph.qq.com/",
        "https://user@graph.qq.com/",
        "https://graph.qq.com:22/",
        "ftp://x/",
        "x",
    ):
        assert not may_be_asked(url)


def test_qq_answers_as_a_script_too(client, there):
    there.answers["/oauth2.0/me"] = Answer(
        f'callback( {{"client_id":"{CLIENT}","openid":"8CFB3D6A"}} );\n', "text/html"
    )
    there.answers["/oauth2.0/token"] = Answer("access_token=t&expires_in=7776000", "text/html")
    assert come_back(client, there, "qq")["Location"] == "/members/other/join/"


def test_a_token_of_qq_given_to_another_site_opens_nothing(client, there):
    there.answers["/oauth2.0/me"] = as_json({"client_id": "another", "openid": "8CFB3D6A"})
    assert fails(client, there.consent(set_out(client, "qq")), "qq")


def test_whoever_thinks_better_of_it_is_back_at_the_door(client, there):
    state = parse_qs(urlsplit(set_out(client)).query)["state"][0]
    answer = client.get("/members/other/oidc/back/", {"error": "access_denied", "state": state})
    assert answer["Location"] == "/members/login/"


def sign_in(client):
    client.post("/members/login/", {"login": MAIL, "password": PASSWORD})


def test_a_member_joins_another_account_and_parts_with_it(client, there):
    member = a_registered_member(MAIL)
    sign_in(client)
    assert come_back(client, there, "weixin", process="connect")["Location"] == "/members/other/"
    assert SocialAccount.objects.get().user == member
    assert "已关联微信" in Notice.objects.get().text
    page = words(client.get("/members/other/"))
    assert "山间来客" in page
    other = Client()
    come_back(other, there, "weixin")
    assert int(other.session["_auth_user_id"]) == member.pk
    assert (
        client.post(f"/members/other/{SocialAccount.objects.get().pk}/part/")["Location"] == "/members/other/"
    )
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("where", ["start", "end"])
def test_joining_needs_a_fresh_sign_in_at_either_end(client, there, monkeypatch, where):
    a_registered_member(MAIL)
    sign_in(client)
    if where == "end":
        sent = there.consent(set_out(client, process="connect"))
    monkeypatch.setattr("meiri.members.adapter.JUST_NOW", 0)
    if where == "start":
        answer = client.post("/members/other/oidc/", {"process": "connect"})
        assert answer["Location"].startswith("/members/again/")
    else:
        assert client.get("/members/other/oidc/back/", sent)["Location"].startswith("/members/again/")
        assert not SocialAccount.objects.exists()
        client.post("/members/again/", {"password": PASSWORD})
        assert SocialAccount.objects.get().user.email == MAIL


def test_nobody_is_joined_who_is_not_signed_in(client, there):
    assert client.post("/members/other/oidc/", {"process": "connect"})["Location"].startswith(
        "/members/login/"
    )
    a_registered_member(MAIL)
    sign_in(client)
    sent = there.consent(set_out(client, process="connect"))
    client.post("/members/logout/")
    assert client.get("/members/other/oidc/back/", sent).status_code == 401
    assert not SocialAccount.objects.exists()


def test_an_account_that_is_somebodys_is_not_joined_to_another(client, there):
    join(Client(), there)
    a_registered_member(MAIL)
    sign_in(client)
    answer = come_back(client, there, process="connect")
    assert answer.status_code == 409
    assert "另一个会员" in words(answer)
    assert SocialAccount.objects.get().user.email == ""


def test_the_last_way_in_is_not_taken(client, there):
    join(client, there, "weixin")
    member = people().get()
    key = SocialAccount.objects.get().pk
    answer = client.post(f"/members/other/{key}/part/")
    assert answer.status_code == 422
    assert "唯一的登录方式" in words(answer)
    # A password alone lets nobody in who has no name to sign in by.
    member.set_password(PASSWORD)
    member.save()
    client.force_login(member)
    client.post("/members/again/", {"password": PASSWORD})
    assert client.post(f"/members/other/{key}/part/").status_code == 422
    member.phone, member.phone_verified = "+8613800138000", True
    member.save()
    assert client.post(f"/members/other/{key}/part/").status_code == 302


def test_a_way_that_was_switched_off_is_no_way_in(client, there, settings):
    join(client, there, "weixin")
    come_back(client, there, "qq", process="connect")
    key = SocialAccount.objects.get(provider="qq").pk
    settings.WEIXIN = ""
    assert client.post(f"/members/other/{key}/part/").status_code == 422
    settings.WEIXIN = f"{CLIENT}:{SECRET}"
    assert client.post(f"/members/other/{key}/part/").status_code == 302


def test_nobody_parts_another_from_an_account(client, there):
    join(Client(), there)
    a_registered_member(MAIL)
    sign_in(client)
    assert client.post(f"/members/other/{SocialAccount.objects.get().pk}/part/").status_code == 404
    assert SocialAccount.objects.exists()


@pytest.mark.parametrize("page", ["password", "leave", "email", "phone", "security/totp/activate", "other"])
def test_whoever_has_no_password_signs_in_again_before_what_matters(client, there, monkeypatch, page):
    join(client, there)
    if page == "email":
        fresh = client.post("/members/email/", {"email": "xin@paper.example", "action_add": "1"})
    else:
        fresh = client.get(f"/members/{page}/")
    assert "again" not in fresh.headers.get("Location", "")
    monkeypatch.setattr("meiri.members.adapter.JUST_NOW", 0)
    sent = {"email": "yi@paper.example", "action_add": "1", "phone": "13800138000"}
    answer = (
        client.post(f"/members/{page}/", sent)
        if page in ("email", "phone")
        else client.get(f"/members/{page}/")
    )
    assert answer["Location"].startswith("/members/other/again/?next=")
    assert "用统一身份认证登录" in words(client.get(answer["Location"]))


def test_signing_in_again_leads_back_and_such_a_member_leaves_without_a_trace(client, there):
    join(client, there)
    assert come_back(client, there, next="/members/leave/")["Location"] == "/members/leave/"
    client.post("/members/leave/", {"sure": "on"})
    assert not people().exists()
    assert not SocialAccount.objects.exists()


def test_a_second_factor_is_asked_for_all_the_same(client, there):
    join(client, there)
    TOTP.activate(people().get(), generate_totp_secret())
    other = Client()
    assert come_back(other, there)["Location"].startswith("/members/security/authenticate/")
    assert not is_signed_in(other)


def test_a_blocked_account_is_not_let_in(client, there):
    join(client, there)
    people().update(is_active=False)
    other = Client()
    come_back(other, there)
    assert not is_signed_in(other)


def test_a_copy_of_everything_names_the_other_accounts(client, there):
    join(client, there, "weixin")
    archive = zipfile.ZipFile(io.BytesIO(client.post("/members/export/").content))
    assert json.loads(archive.read("data.json"))["资料"]["其他账号"][0]["名称"] == "山间来客"


def test_another_issuer_in_the_same_place_has_people_of_its_own(client, there, settings):
    join(client, there)
    other = Provider()
    settings.OIDC = other.url
    try:
        assert come_back(Client(), other)["Location"] == "/members/other/join/"
    finally:
        other.stop()
