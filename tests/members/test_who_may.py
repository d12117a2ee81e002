"""Every address that holds something of somebody's is walked as everybody else. A new address fails here until it is listed."""

import re
from dataclasses import dataclass

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from meiri.comments.models import CommentState
from meiri.letters.models import Attachment
from meiri.members import kept_articles
from meiri.members.models import Application, Decision, Favourite, Manuscript, SavedSearch, SignIn
from meiri.members.saved_searches import save_search
from meiri.personal.notices import tell
from meiri.push.models import PushSubscription
from tests.comments.test_thread_pages import a_comment
from tests.letters.letters_factory import a_desk, a_letter, someone
from tests.members.people import PASSWORD, a_member
from tests.newsroom_factory import a_draft, a_station, an_article
from tests.reports.test_reporting import a_report

pytestmark = pytest.mark.django_db

# Open to everybody: they show what everybody may see, or ask who one is.
OPEN = {
    *(
        "members",
        "account_signup",
        "account_login",
        "account_request_login_code",
        "account_confirm_login_code",
    ),
    *("member-scan", "member-scan-state", "member-scan-enter"),
    *("account_inactive", "account_logout", "account_email_verification_sent", "mfa_login_webauthn"),
    *(
        "mfa_authenticate",
        "account_verify_phone",
        "socialaccount_signup",
        "other-account",
        "other-account-back",
    ),
    # Complete for everybody, with what is a member's own in it.
    *("member-article", "member-later", "member-masthead"),
    *("comments", "comments-form", "comments-fragment", "comment-like", "comment-report"),
    *("letters", "letter-write", "letter-find", "letter-statistics", "letter-published"),
    *("report-error", "report-barrier", "links", "link-application", "link-clicked", "staff", "staff-verify"),
}
# For whoever holds the key that is in the address or asked for by it.
KEYED = {"member-scanned", "comment-receipt", "report-receipt", "link-receipt", "letter"}
# A member's own: nobody else's can be named, so that others need but be led to sign in.
OWN = {
    *("account_reauthenticate", "account_email", "account_change_phone", "member-nickname"),
    *("account_change_password", "member-contributing", "member-write", "member-export", "member-favourites"),
    *("member-searches", "member-search-save", "member-later-take"),
    *(
        "member-avatar",
        "member-favourite",
        "member-history",
        "member-following",
        "member-follow",
        "member-notices",
    ),
    *(
        "member-notices-read",
        "member-notice-ways",
        "member-push",
        "member-leave",
        "member-sign-ins",
        "member-sign-ins-end",
        "comments-mine",
    ),
    *("socialaccount_connections", "member-sign-in-again", "mfa_index", "mfa_reauthenticate"),
    *("mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
    *("mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn"),
}
# One thing of one member's, by its key.
OWNED = {
    "member-search",
    "member-sign-in-end",
    "member-push-end",
    "other-account-part",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "comment-mine",
}
SERVICES = ("members/", "comments/", "fragments/comments/", "letters/", "reports/", "links/", "staff/")
# The newsroom's pages for readers' services, each with the permission that opens it.
DESKS = {
    "comments_queue": "moderate_comment",
    "comments_one": "moderate_comment",
    "letters_desk": "handle_letter",
    "letters_desk_letter": "handle_letter",
    "letters_desk_attachment": "handle_letter",
    "reports_inbox": "change_article",
    "reports_inbox_report": "change_article",
    "contributors_desk": "handle_contributor",
    "avatars_desk": "moderate_avatar",
    "corrections_desk": "publish_article",
    "corrections_correct": "publish_article",
    "corrections_withdraw": "publish_article",
    "staff_print": "change_presscard",
}
DESK_PLACES = ("admin/comments/", "admin/letters/", "admin/reports/", "admin/contributors/")
DESK_PLACES += ("admin/avatars/", "admin/corrections/", "admin/staff/")
SECRET = "只有本人知道的一句话"


def addresses(patterns=None, before=""):
    """Every address of the URL configuration as (route, pattern)."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from addresses(pattern.url_patterns, route)


@dataclass
class World:
    keys: dict  # by the name of the address
    owner: object


@pytest.fixture
def world(settings, tmp_path) -> World:
    settings.MEDIA_ROOT = tmp_path
    owner = a_member("owner", nickname=SECRET[:20])
    article = an_article()
    kept_articles.keep_article(owner, article)
    tell(owner, SECRET)
    Client().post("/members/login/", {"login": "owner", "password": PASSWORD})
    passkey = Authenticator.objects.create(
        user=owner, type="webauthn", data={"name": SECRET, "credential": {}}
    )
    other = SocialAccount.objects.create(user=owner, provider="qq", uid="1", extra_data={"name": SECRET})
    browser = PushSubscription.objects.create(member=owner, endpoint=SECRET, device=SECRET)
    saved = save_search(owner, SECRET)
    draft = a_draft(SECRET, text=SECRET)
    Manuscript.objects.create(member=owner, article=draft, title=SECRET, token_digest="m")
    Application.objects.create(member=owner, name=SECRET, reasons=SECRET, state=Decision.ACCEPTED)
    comment = a_comment(article, SECRET, state=CommentState.PENDING, member=owner)
    letter = a_letter(subject=SECRET, text=SECRET, station=a_station())
    attachment = Attachment.objects.create(letter=letter, type="application/pdf", size=1, sealed=b"x")
    report = a_report(article, text=SECRET)
    keys = {
        "member-sign-in-end": [SignIn.objects.get(member=owner).pk],
        "member-push-end": [browser.pk],
        "other-account-part": [other.pk],
        "member-search": [saved.pk],
        "mfa_remove_webauthn": [passkey.pk],
        "mfa_edit_webauthn": [passkey.pk],
        "comment-mine": [comment.pk],
        "member-favourite": [article.pk],
        "member-follow": ["channel", article.channel.slug],
        "comments_one": [comment.pk],
        "letters_desk_letter": [letter.pk],
        "letters_desk_attachment": [letter.pk, attachment.pk],
        "reports_inbox_report": [report.pk],
        "corrections_correct": [article.pk],
        "corrections_withdraw": [1],
        "staff_print": [1],
    }
    return World(keys, owner)


def everybody_else() -> dict[str, object]:
    """Each kind of person, None for somebody who is not signed in."""
    contributor = a_member("contributor")
    Application.objects.create(member=contributor, name="周行", reasons="想写", state=Decision.ACCEPTED)
    return {
        "anonymous": None,
        "another member": a_member("another"),
        "a contributor": contributor,
        "staff without a right": someone(),
        "a moderator": someone("moderate_comment"),
        "an editor of another station": a_desk("青海编辑组", [a_station("青海", "qinghai")])[1],
    }


def signed_in(person) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def is_refused(answer) -> bool:
    if answer.status_code in (401, 403, 404, 405):
        return True
    away = ("/admin/", "/members/login/", "/members/again/", "/members/other/again/")
    return answer.status_code == 302 and answer["Location"].startswith(away)


def test_every_address_is_listed():
    walked = OPEN | KEYED | OWN | OWNED
    found = {p.name for route, p in addresses() if route.startswith(SERVICES)}
    assert found == walked, f"new: {found - walked}; gone: {walked - found}"
    # Wagtail has reports of its own at the same place.
    ours = [(route, p) for route, p in addresses() if p.callback.__module__.startswith("meiri.")]
    desks = {p.name for route, p in ours if route.startswith(DESK_PLACES)}
    assert desks == set(DESKS), f"new: {desks - set(DESKS)}; gone: {set(DESKS) - desks}"


def test_what_is_a_members_own_leads_strangers_to_sign_in(world):
    open_to_all = []
    for name in sorted(OWN | OWNED):
        address = reverse(name, args=world.keys.get(name))
        for answer in (Client().get(address), Client().post(address)):
            if not is_refused(answer):
                open_to_all.append(f"{address}: {answer.status_code}")
    assert not open_to_all


def test_nobody_sees_or_changes_what_is_another_members(world):
    kept = [
        SignIn,
        SocialAccount,
        Authenticator,
        Favourite,
        Manuscript,
        Application,
        PushSubscription,
        SavedSearch,
    ]
    before = [model.objects.filter(**owner_of(model, world.owner)).count() for model in kept]
    shown = []
    for kind, person in everybody_else().items():
        for name in sorted(OWN | OWNED | {"member-article"}):
            if name == "member-article":
                address = reverse(name, args=world.keys["member-favourite"])
            else:
                address = reverse(name, args=world.keys.get(name))
            for method in ("get", "post"):
                answer = getattr(signed_in(person), method)(address)
                text = b"".join(answer) if answer.streaming else answer.content
                if SECRET.encode() in text:
                    shown.append(f"{kind} sees {address}")
                # Ending what is not one's own ends nothing, and says no more than that.
                if name in OWNED - {"member-sign-in-end", "member-push-end"} and not is_refused(answer):
                    shown.append(f"{kind} is answered {answer.status_code} at {address}")
    assert not shown, "\n".join(shown)
    after = [model.objects.filter(**owner_of(model, world.owner)).count() for model in kept]
    assert after == before
    assert set(before) == {1}


def owner_of(model, owner) -> dict:
    return {"user": owner} if model in (SocialAccount, Authenticator) else {"member": owner}


def test_desks_are_shut_to_who_has_no_right(world):
    opened = []
    for kind, person in everybody_else().items():
        for name, permission in DESKS.items():
            if has(person, permission) and kind != "an editor of another station":
                continue
            address = reverse(name, args=world.keys.get(name))
            if kind == "an editor of another station" and name == "letters_desk":
                # The list is theirs to see, without what is another desk's.
                if SECRET in signed_in(person).get(address).content.decode():
                    opened.append(f"{kind} reads of it in {address}")
                continue
            for method in ("get", "post"):
                answer = getattr(signed_in(person), method)(address)
                if not is_refused(answer):
                    opened.append(f"{kind}: {method} {address}: {answer.status_code}")
    assert not opened, "\n".join(opened)


def has(person, permission: str) -> bool:
    return person is not None and any(
        name.endswith(f".{permission}") for name in person.get_all_permissions()
    )


def test_a_right_opens_its_desk(world):
    """What is refused above is refused for the want of a right, not for a mistake in the address."""
    for name in ("comments_queue", "comments_one", "reports_inbox", "contributors_desk", "letters_desk"):
        person = someone(DESKS[name], *(["moderate_comment"] if name.startswith("comments") else []))
        assert signed_in(person).get(reverse(name, args=world.keys.get(name))).status_code == 200, name


# Of Wagtail's own: what a door needs before anybody has passed it.
OUTSIDE = re.compile(r"admin/(login|logout|jsi18n|sprite|password_reset)")


def test_nothing_of_the_newsroom_opens_to_readers():
    """Every address below /admin/, also those that Wagtail adds."""
    people = {"anonymous": Client(), "a member": signed_in(a_member())}
    opened, walked = [], 0
    for route, _ in addresses():
        if not route.startswith("admin/") or OUTSIDE.match(route):
            continue
        address = "/" + re.sub(r"<(?:\w+:)?\w+>", "1", re.sub(r"\(\?P<\w+>[^)]*\)", "1", route)).translate(
            str.maketrans("", "", "^$\\?")
        )
        walked += 1
        for kind, client in people.items():
            answer = client.get(address)
            if not is_refused(answer):
                opened.append(f"{kind}: {address}: {answer.status_code}")
    assert walked > 200
    assert not opened, "\n".join(opened)


# What browsers send of their own accord, which changes nothing of anybody's: that a link was followed.
BEACONS = {"link-clicked"}


def test_every_form_needs_its_token(world):
    """Cross-site request forgery: each address that takes a form refuses one without the site's token."""
    bare, open_ = Client(enforce_csrf_checks=True), []
    bare.force_login(world.owner)
    for name in sorted(OPEN | OWN | OWNED):
        keys = world.keys.get(name) or arguments_of(name)
        answer = bare.post(reverse(name, args=keys), {})
        if name in BEACONS:
            assert answer.status_code == 204
        elif answer.status_code not in (403, 404, 405):
            open_.append(f"{name}: {answer.status_code}")
    assert not open_


def arguments_of(name: str) -> list:
    route = next(route for route, p in addresses() if p.name == name and route.startswith(SERVICES))
    return [1 if kind == "int" else "x" for kind in re.findall(r"<(\w+):\w+>", route)]
