"""To another account's provider and back; what a member has joined, and taking it away."""

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.views import SignupView
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from meiri.members import limits
from meiri.members.allauth_internals import raise_if_reauthentication_required
from meiri.members.other_accounts import failed, joined_by, part, ways
from meiri.members.views import Door


def _provider(request, way: str):
    if way not in {known.id for known in ways()}:
        raise Http404
    return get_adapter().get_provider(request, way)


@require_POST
@never_cache
def set_out(request, way):
    """A page that leads to the provider. It is not redirected to: forms of the site lead to the site alone."""
    provider = _provider(request, way)
    joins = request.POST.get("process") == AuthProcess.CONNECT
    if joins:
        raise_if_reauthentication_required(request, app="meiri.members")
    if limits.sets_out_too_often(request):
        return failed(request, limits.TOO_MANY, 429)
    kwargs = provider.get_redirect_from_request_kwargs(request)
    kwargs["process"] = AuthProcess.CONNECT if joins else AuthProcess.LOGIN
    try:
        answer = provider.redirect(request, **kwargs)
    except OAuth2Error as error:
        answer = render_authentication_error(request, provider, exception=error)
    if answer.status_code != 302:
        return answer
    return render(
        request, "members/other_way.html", {"address": answer["Location"], "name": provider.app.name}
    )


class _Back(OAuth2CallbackView):
    def _get_state(self, request, provider):
        self.adapter.state, answer = super()._get_state(request, provider)
        return self.adapter.state, answer


@require_safe
@never_cache
def back(request, way):
    adapter = _provider(request, way).get_oauth2_adapter(request)
    return _Back.adapter_view(adapter)(request)


class JoinView(Door, SignupView):
    """Whoever comes with another account for the first time says who to be here."""

    def post(self, request, *args, **kwargs):
        if self.get_form().by_robot:
            return redirect("members")
        if limits.registers_too_often(request):
            return failed(request, limits.TOO_MANY, 429)
        return super().post(request, *args, **kwargs)


def _page(request, refusal: str = "", status: int = 200):
    joined = joined_by(request.user)
    taken = {row.way.id for row in joined}
    context = {
        "joined": joined,
        "ways": [way for way in ways() if way.id not in taken],
        "refusal": refusal,
    }
    return render(request, "members/other_accounts.html", context, status=status)


@require_safe
@never_cache
@login_required
def accounts(request):
    raise_if_reauthentication_required(request, app="meiri.members")
    return _page(request)


@require_POST
@never_cache
@login_required
def take_away(request, key):
    raise_if_reauthentication_required(request, app="meiri.members")
    try:
        part(request.user, key)
    except SocialAccount.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        return _page(request, error.messages[0], 422)
    return redirect("socialaccount_connections")


@require_safe
@never_cache
@login_required
def sign_in_again(request):
    """For a member without a password, who shows by another account to be the same as before."""
    taken = {row.way.id for row in joined_by(request.user)}
    context = {"ways": [way for way in ways() if way.id in taken], "next": request.GET.get("next", "")}
    return render(request, "members/sign_in_again.html", context)
