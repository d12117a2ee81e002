"""The doors of membership and the account's own pages. Nothing here is ever stored as a page file."""

import time
from urllib.parse import urlencode

from allauth.account import views as account_views
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meiri.members import limits, sign_ins
from meiri.members.allauth_internals import get_authentication_records, raise_if_reauthentication_required
from meiri.members.contacts import masked
from meiri.members.exporting import packed
from meiri.members.forms import LeaveForm, NicknameForm, NoticeChoiceForm, PasswordForm
from meiri.members.kept_articles import page_of_kept
from meiri.members.models import Favourite, NoticeChoice
from meiri.members.other_accounts import ways
from meiri.members.proof import has_second_factor
from meiri.members.whats_new import whats_new
from meiri.personal.account_parts import MOST_LINES, account_parts
from meiri.personal.notices import has_unread
from meiri.personal.personal_data import erase_personal_data
from meiri.policy import administers
from meiri.push.subscribing import end_subscriptions_of_sessions, subscriptions_of
from meiri.push.vapid import public_site_key

# New articles on the account page.
SHOWN = 8


@require_safe
@never_cache
def home(request):
    """What membership gives; for a member, the own profile."""
    if not request.user.is_authenticated:
        return render(request, "members/welcome.html")
    return render(request, "members/profile.html", _profile(request))


def _profile(request, form: NicknameForm | None = None) -> dict:
    """What stands on the account page; a fixed number of queries."""
    member = request.user
    favourites, more = page_of_kept(Favourite, member)
    return {
        "new": whats_new(member),
        "shown": SHOWN,
        "favourites": favourites[:MOST_LINES],
        "more_favourites": len(favourites) > MOST_LINES or more,
        "parts": account_parts(member),
        "push_key": public_site_key(),
        "subscriptions": subscriptions_of(member),
        "here": request.session.stored_key,
        "choices": NoticeChoiceForm(instance=_choice(member)),
        "member": member,
        "form": form or NicknameForm(initial={"nickname": member.nickname}),
        "email": masked(member.email) if member.email else "",
        "phone": masked(member.phone) if member.phone else "",
        "unread": has_unread(member),
        "of_newsroom": member.is_of_newsroom,
        "has_other_accounts": bool(ways()),
    }


def _choice(member) -> NoticeChoice:
    return NoticeChoice.objects.filter(member=member).first() or NoticeChoice(member=member)


class Door:
    """A form that was not right is answered as such; beside it stand the other ways in."""

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"ways": ways()}

    def form_invalid(self, form):
        answer = super().form_invalid(form)
        too_many = {limits.TOO_MANY, limits.TOO_MANY_LOGINS}
        refused = any(too_many.intersection(errors) for errors in form.errors.values())
        answer.status_code = 429 if refused else 422
        return answer


class LoginView(Door, account_views.LoginView):
    pass


class SignupView(Door, account_views.SignupView):
    def post(self, request, *args, **kwargs):
        form = self.get_form()
        if form.by_robot:
            return redirect("members")
        if limits.registers_too_often(request):
            context = self.get_context_data(form=self.get_form_class()(), refusal=limits.TOO_MANY)
            return render(request, self.template_name, context, status=429)
        return super().post(request, *args, **kwargs)


class PasskeyLoginView(LoginWebAuthnView):
    """Whoever asks for it gets a challenge, which is kept in a session until it is answered."""

    def get(self, request, *args, **kwargs):
        if limits.sets_out_with_passkey_too_often(request):
            return JsonResponse({"error": limits.TOO_MANY}, status=429)
        return super().get(request, *args, **kwargs)


class RequestCodeView(Door, account_views.RequestLoginCodeView):
    pass


@require_safe
@never_cache
def newsroom_door(request):
    """Where the newsroom signs in: at the members' door, from which it comes back."""
    wanted = request.GET.get("next", "")
    inside = wanted.startswith("/admin/") and url_has_allowed_host_and_scheme(wanted, None)
    wanted = wanted if inside else "/admin/"
    if request.user.is_authenticated:
        return redirect("/admin/") if request.user.is_of_newsroom else redirect("members")
    return redirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")


@require_POST
@never_cache
def sign_out(request):
    if request.user.is_authenticated:
        end_subscriptions_of_sessions(request.user, [request.session.stored_key])
    logout(request)
    return redirect("members")


@require_POST
@never_cache
@login_required
def change_nickname(request):
    form = NicknameForm(request.POST)
    if not form.is_valid():
        return render(request, "members/profile.html", _profile(request, form), status=422)
    request.user.nickname = form.cleaned_data["nickname"]
    request.user.save(update_fields=["nickname"])
    return redirect("members")


@require_POST
@never_cache
@login_required
def choose_notices(request):
    """Switch ways of being told on and off: what is not in the form is off."""
    NoticeChoice.objects.get_or_create(member=request.user)
    form = NoticeChoiceForm(request.POST, instance=_choice(request.user))
    if form.is_valid():
        form.save()
    return redirect(f"{reverse('members')}#notice-ways")


def came_by_code(request) -> bool:
    """Whether this session was begun a short while ago with a code sent to the member, who may have forgotten the password."""
    records = get_authentication_records(request, request.user)
    return any(
        r["method"] == "code" and time.time() - r["at"] < limits.PERIOD.total_seconds() for r in records
    )


def _know_again(request) -> None:
    """Whoever has a second factor has shown it just now; whoever has no password to show has signed in just now. Raises
    for all others, and keeps nothing of what they sent: a password may be in it."""
    if not has_second_factor(request.user) and request.user.has_usable_password():
        return
    try:
        raise_if_reauthentication_required(request, app="meiri.members")
    except ReauthenticationRequired:
        if request.method == "POST":
            raise ImmediateHttpResponse(redirect(request.path)) from None
        raise


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def change_password(request):
    _know_again(request)
    by_code = came_by_code(request)
    form = PasswordForm(request.POST or None, member=request.user, by_code=by_code)
    if request.method != "POST":
        return render(request, "members/password.html", {"form": form})
    if limits.guesses_password_too_often(request.user):
        empty = PasswordForm(member=request.user, by_code=by_code)
        context = {"form": empty, "refusal": limits.TOO_MANY}
        return render(request, "members/password.html", context, status=429)
    if not form.is_valid():
        return render(request, "members/password.html", {"form": form}, status=422)
    request.user.set_password(form.cleaned_data["new_password1"])
    request.user.save(update_fields=["password"])
    update_session_auth_hash(request, request.user)
    sign_ins.end_all_sign_ins(request.user, but=request.session.session_key)
    return render(request, "members/password.html", {"done": True})


@require_safe
@never_cache
@login_required
def open_sign_ins(request):
    context = {"rows": sign_ins.open_sign_ins(request.user), "here": request.session.stored_key}
    return render(request, "members/sign_ins.html", context)


@require_POST
@never_cache
@login_required
def end_sign_in(request, key):
    sign_ins.end_sign_in_session(request.user, key)
    return redirect("member-sign-ins")


@require_POST
@never_cache
@login_required
def end_other_sign_ins(request):
    sign_ins.end_all_sign_ins(request.user, but=request.session.session_key)
    return redirect("member-sign-ins")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def export(request):
    """All that the site holds about the member, to take away."""
    if request.method != "POST":
        return render(request, "members/take_away.html")
    if limits.exports_too_often(request.user):
        return render(request, "members/take_away.html", {"refusal": "请一小时后再下载。"}, status=429)
    answer = HttpResponse(packed(request.user), content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return answer


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def leave(request):
    """A member leaves: what was public stays without a name, everything else is deleted. The newsroom's accounts stay."""
    if administers(request.user) or request.user.groups.exists():
        return render(request, "members/leave.html", {"of_newsroom": True}, status=403)
    _know_again(request)
    by_code = came_by_code(request)
    form = LeaveForm(request.POST or None, member=request.user, by_code=by_code)
    if request.method != "POST":
        return render(request, "members/leave.html", {"form": form})
    if limits.guesses_password_too_often(request.user):
        empty = LeaveForm(member=request.user, by_code=by_code)
        context = {"form": empty, "refusal": limits.TOO_MANY}
        return render(request, "members/leave.html", context, status=429)
    if not form.is_valid():
        return render(request, "members/leave.html", {"form": form}, status=422)
    member = request.user
    logout(request)
    erase_personal_data(member)
    return render(request, "members/leave.html", {"done": True})
