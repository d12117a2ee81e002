"""The other accounts that members may sign in with. allauth finds them by this module's name."""

import base64
import hashlib
import json
import secrets
from contextlib import contextmanager
from urllib.parse import parse_qsl

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.socialaccount.providers.weibo.provider import WeiboProvider
from allauth.socialaccount.providers.weibo.views import WeiboOAuth2Adapter
from allauth.socialaccount.providers.weixin.provider import WeixinProvider
from allauth.socialaccount.providers.weixin.views import WeixinOAuth2Adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from meiri.members.guarded_session import may_be_asked


@contextmanager
def of_the_form_expected():
    """What a provider answered otherwise than it should is an error of the provider's, whatever comes of it."""
    try:
        yield
    except (
        requests.RequestException,
        ImproperlyConfigured,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        # Not the error's text: the address in it holds the site's secret where the provider wants it there.
        raise OAuth2Error(type(error).__name__) from None


class _Asking:
    """For allauth's adapters: where the reader comes back to, and answers that are not trusted to have any form."""

    # Of the session, from when the reader set out.
    state: dict | None = None

    def get_callback_url(self, request, app):
        return settings.BASE_URL + reverse("other-account-back", args=[app.provider_id])

    def get_access_token_data(self, *args, **options):
        with of_the_form_expected():
            return super().get_access_token_data(*args, **options)

    def parse_token(self, data):
        with of_the_form_expected():
            return super().parse_token(data)

    def complete_login(self, *args, **options):
        with of_the_form_expected():
            return super().complete_login(*args, **options)


class _Knowing:
    """For allauth's providers: of what a provider tells, its name for the reader is kept and nothing else. A mail address
    is proven here or it is none; what is asked for is not the reader's browser to say."""

    def extract_extra_data(self, data):
        name = self.extract_common_fields(data).get("name")
        return {"name": name[:40] if isinstance(name, str) else ""}

    def extract_email_addresses(self, data):
        return []

    def cleanup_email_addresses(self, email, addresses, email_verified=False):
        return None

    def get_scope_from_request(self, request):
        return self.get_scope()

    def get_auth_params_from_request(self, request, action):
        return self.get_auth_params()


class WeixinAdapter(_Asking, WeixinOAuth2Adapter):
    pass


class Weixin(_Knowing, WeixinProvider):
    oauth2_adapter_class = WeixinAdapter


class WeiboAdapter(_Asking, WeiboOAuth2Adapter):
    pass


class Weibo(_Knowing, WeiboProvider):
    oauth2_adapter_class = WeiboAdapter


class QQClient(OAuth2Client):
    """Asked for JSON; where something is wrong QQ answers as a script or as a form all the same."""

    def get_access_token(self, code, pkce_code_verifier=None, extra_data=None):
        data = {
            "grant_type": "authorization_code",
            "client_id": self.consumer_key,
            "client_secret": self.consumer_secret,
            "code": code,
            "redirect_uri": self.callback_url,
            "fmt": "json",
        }
        with get_adapter().get_requests_session() as session:
            return _qq_answer(session.get(self.access_token_url, params=data), "access_token")


def _qq_answer(answer: requests.Response, wanted: str) -> dict:
    """The fields of an answer as JSON, `callback( {…} );` or a form. Raises `OAuth2Error` where `wanted` is not among them."""
    answer.encoding = "utf-8"
    text = answer.text.strip()
    if text.startswith("callback("):
        text = text.removeprefix("callback(").rstrip(";").strip().removesuffix(")")
    found = json.loads(text) if text.startswith("{") else dict(parse_qsl(text))
    if answer.status_code != 200 or not isinstance(found.get(wanted), str) or not found[wanted]:
        raise OAuth2Error(f"QQ answered with error {str(found.get('error') or found.get('ret'))[:20]}")
    return found


class _QQ(OAuth2Adapter):
    """QQ 互联, by https://wiki.connect.qq.com/: 使用Authorization_Code获取Access_Token, 获取用户OpenID_OAuth2.0, get_user_info."""

    provider_id = "qq"
    client_class = QQClient
    authorize_url = "https://graph.qq.com/oauth2.0/authorize"
    access_token_url = "https://graph.qq.com/oauth2.0/token"  # noqa: S105 an address
    openid_url = "https://graph.qq.com/oauth2.0/me"
    profile_url = "https://graph.qq.com/user/get_user_info"

    def complete_login(self, request, app, token, **options):
        with get_adapter().get_requests_session() as session:
            asked = {"access_token": token.token, "fmt": "json"}
            known = _qq_answer(session.get(self.openid_url, params=asked), "openid")
            if str(known.get("client_id")) != app.client_id:
                raise OAuth2Error("the token was given to another site")
            asked = {
                "access_token": token.token,
                "oauth_consumer_key": app.client_id,
                "openid": known["openid"],
            }
            profile = session.get(self.profile_url, params=asked).json()
        name = profile.get("nickname") if profile.get("ret") == 0 else ""
        return self.get_provider().sociallogin_from_response(
            request, {"openid": known["openid"], "nickname": name}
        )


class QQAdapter(_Asking, _QQ):
    pass


class QQ(_Knowing, OAuth2Provider):
    id = "qq"
    name = "QQ"
    account_class = ProviderAccount
    oauth2_adapter_class = QQAdapter

    def get_default_scope(self):
        return ["get_user_info"]

    def extract_uid(self, data):
        return data["openid"]

    def extract_common_fields(self, data):
        return {"name": data["nickname"]}


class _OIDC(OpenIDConnectOAuth2Adapter):
    @property
    def openid_config(self):
        """What the provider says of itself, where it is the issuer that was set and its addresses may be asked."""
        if not hasattr(self, "_openid_config"):
            with of_the_form_expected():
                found = super().openid_config
                del self._openid_config
                if found["issuer"].rstrip("/") != settings.OIDC:
                    raise OAuth2Error("another issuer answers for this one")
                for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
                    if not may_be_asked(found[name]):
                        raise OAuth2Error(f"{name} is no address of a provider")
                self._openid_config = found
        return self._openid_config

    def complete_login(self, request, app, token, *, response, **options):
        """OpenID Connect Core 1.0, 3.1.3.7 and 5.3.2; the token came from the issuer itself, over TLS."""
        claims = self._decode_id_token(app, response["id_token"])
        if not secrets.compare_digest(claims["nonce"], self.state["nonce"]):
            raise OAuth2Error("the token belongs to another sign-in")
        if claims.get("azp", app.client_id) != app.client_id or "exp" not in claims:
            raise OAuth2Error("the token was given to another site")
        told = self._fetch_user_info(token.token)
        if told["sub"] != claims["sub"]:
            raise OAuth2Error("the token and the profile are of different people")
        return self.get_provider().sociallogin_from_response(
            request, {"iss": claims["iss"], "sub": claims["sub"], "name": told.get("name")}
        )


class OIDCAdapter(_Asking, _OIDC):
    pass


class OIDC(_Knowing, OpenIDConnectProvider):
    oauth2_adapter_class = OIDCAdapter
    pkce_enabled_default = True

    def get_default_scope(self):
        return ["openid", "profile"]

    def redirect(self, request, process, next_url=None, data=None, **options):
        nonce = secrets.token_urlsafe(24)
        params = self.get_auth_params() | {"nonce": nonce}
        return super().redirect(request, process, next_url, data, auth_params=params, nonce=nonce)

    def extract_uid(self, data):
        """Of the issuer too: another one set in its place has subjects of its own."""
        who = f"{data['iss']} {data['sub']}".encode()
        return base64.b32encode(hashlib.sha256(who).digest()).decode().rstrip("=").lower()


provider_classes = [Weixin, Weibo, QQ, OIDC]
