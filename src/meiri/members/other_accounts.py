"""Sign in with another account: which there are, what a member has joined to theirs, what must stay as a way in."""

import logging
from typing import NamedTuple

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse

from meiri.members.guarded_session import GuardedSession
from meiri.members.models import User
from meiri.personal.notices import tell

logger = logging.getLogger(__name__)

_NAMES = {"weixin": "微信", "weibo": "微博", "qq": "QQ"}


class Way(NamedTuple):
    """Another account that a site offers to sign in with."""

    id: str
    name: str


def ways() -> list[Way]:
    """Those that are switched on by settings."""
    return [Way(app.provider_id, app.name) for app in _apps()]


def _apps() -> list[SocialApp]:
    found = []
    for key, name in _NAMES.items():
        if credentials := getattr(settings, key.upper()):
            found.append(_app(key, key, name, credentials))
    if settings.OIDC and settings.OIDC_CLIENT:
        app = _app("openid_connect", "oidc", settings.OIDC_NAME, settings.OIDC_CLIENT)
        app.settings = {"server_url": settings.OIDC}
        found.append(app)
    return found


def _app(provider: str, key: str, name: str, credentials: str) -> SocialApp:
    client, _, secret = credentials.partition(":")
    return SocialApp(provider=provider, provider_id=key, name=name, client_id=client, secret=secret)


class Joined(NamedTuple):
    key: int
    way: Way
    name: str  # the provider's for the member
    at: object


def joined_by(member: User) -> list[Joined]:
    """The other accounts of `member`, also those of a way that was switched off. One query."""
    names = _NAMES | {"oidc": settings.OIDC_NAME}
    return [
        Joined(
            row.pk,
            Way(row.provider, names.get(row.provider, row.provider)),
            row.extra_data.get("name", ""),
            row.date_joined,
        )
        for row in SocialAccount.objects.filter(user=member).order_by("pk")
    ]


@transaction.atomic
def part(member: User, key: int) -> None:
    """Take another account from `member`. Raises `ValidationError` where it is the last way in, `SocialAccount.DoesNotExist`
    where it is none of theirs."""
    User.objects.select_for_update().get(pk=member.pk)  # so that two at once do not take the last two
    account = SocialAccount.objects.get(pk=key, user=member)
    on = {way.id for way in ways()}
    others = SocialAccount.objects.filter(user=member, provider__in=on).exclude(pk=key).exists()
    if not (others or _has_own_way_in(member)):
        raise ValidationError("这是您唯一的登录方式。请先登记手机号或电子邮箱，再解除关联。")
    account.delete()
    name = dict(ways()).get(account.provider, "其他账号")
    tell(member, f"已解除与{name}的关联。", reverse("socialaccount_connections"))


def _has_own_way_in(member: User) -> bool:
    """Whether the site itself knows the member: by a proven contact, to which it sends codes, or a user name and password."""
    by_phone = member.phone and member.phone_verified
    if by_phone or EmailAddress.objects.filter(user=member, verified=True).exists():
        return True
    return not member.registered and member.has_usable_password()


class OtherAccountAdapter(DefaultSocialAccountAdapter):
    def list_apps(self, request, provider=None, client_id=None):
        return [
            app
            for app in _apps()
            if provider in (None, app.provider, app.provider_id) and client_id in (None, app.client_id)
        ]

    def get_requests_session(self):
        return GuardedSession()

    def populate_user(self, request, sociallogin, data):
        name = data.get("name")
        sociallogin.user.nickname = name[:20] if isinstance(name, str) else ""
        return sociallogin.user

    def get_signup_form_initial_data(self, sociallogin):
        return {"nickname": sociallogin.user.nickname}

    def pre_social_login(self, request, sociallogin):
        joins = sociallogin.state.get("process") == AuthProcess.CONNECT
        if joins and sociallogin.is_existing and sociallogin.user != request.user:
            raise ImmediateHttpResponse(
                failed(request, f"这个{sociallogin.provider.app.name}账号已经关联了另一个会员账号。", 409)
            )

    def send_notification_mail(self, template_prefix, user, context=None):
        """What allauth would send by mail, a member is told on the site."""
        if template_prefix.endswith("account_connected"):
            name = context["provider"].app.name
            tell(
                user,
                f"已关联{name}，可以用它登录。如果不是您本人操作，请解除关联并修改密码。",
                reverse("socialaccount_connections"),
            )

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(redirect("account_login"))
        logger.warning("Signing in by %s failed: %s", provider.sub_id, exception or error)
        raise ImmediateHttpResponse(
            failed(request, f"{provider.app.name}没有确认您的身份，请再试一次，或改用其他方式登录。", 401)
        )


def failed(request, advice: str, status: int):
    """The page that says why another account did not let in."""
    return render(request, "members/other_failed.html", {"advice": advice}, status=status)
