"""The members' pages. Nothing here is ever stored as a page file."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import RedirectURLMixin
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import View

from meiri.members.forms import LeaveForm, LoginForm, NicknameForm, PasswordForm, RegisterForm
from meiri.visitors.counting import times, times_by

PERIOD = timedelta(minutes=15)
# From one address: a household or an office. For one account: whoever guesses from many addresses.
MOST_LOGINS, MOST_GUESSES, MOST_REGISTRATIONS = 30, 10, 10
TOO_MANY = "尝试次数过多，请 15 分钟后再试。"


@require_safe
@never_cache
def home(request):
    """What membership gives; for a member, the own profile."""
    if not request.user.is_authenticated:
        return render(request, "members/welcome.html")
    return render(
        request,
        "members/profile.html",
        {"member": request.user, "form": NicknameForm(initial={"nickname": request.user.nickname})},
    )


class _Entrance(RedirectURLMixin, View):
    """What signing in and joining share: where to go next, and that members are through already."""

    next_page = settings.LOGIN_REDIRECT_URL

    @method_decorator([sensitive_post_parameters(), never_cache])
    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def page(self, form, status=200):
        context = {"form": form, "next": self.get_redirect_url()}
        return render(self.request, self.template_name, context, status=status)


class LoginView(_Entrance):
    template_name = "members/login.html"

    def get(self, request):
        return self.page(LoginForm(request))

    def post(self, request):
        name = request.POST.get("username", "")[:150].lower()
        if (
            times(request, "login", PERIOD) > MOST_LOGINS
            or times_by(name, "login to account", PERIOD) > MOST_GUESSES
        ):
            form = LoginForm(request)
            form.cleaned_data = {}
            return self.refuse(form)
        form = LoginForm(request, data=request.POST)
        if not form.is_valid():
            return self.page(form, status=422)
        login(request, form.get_user())
        return redirect(self.get_success_url())

    def refuse(self, form):
        context = {"form": form, "next": self.get_redirect_url(), "refusal": TOO_MANY}
        return render(self.request, self.template_name, context, status=429)


class RegisterView(_Entrance):
    template_name = "members/register.html"

    def get(self, request):
        return self.page(RegisterForm())

    def post(self, request):
        form = RegisterForm(request.POST)
        if form.by_robot:
            return redirect("members")
        if times(request, "register", PERIOD) > MOST_REGISTRATIONS:
            context = {"form": RegisterForm(), "next": self.get_redirect_url(), "refusal": TOO_MANY}
            return render(request, self.template_name, context, status=429)
        if not form.is_valid():
            return self.page(form, status=422)
        member = form.register()
        if member is None:
            return self.page(form, status=422)
        login(request, member, backend="django.contrib.auth.backends.ModelBackend")
        return redirect(self.get_success_url())


@require_POST
@never_cache
def sign_out(request):
    logout(request)
    return redirect("members")


@require_POST
@never_cache
@login_required
def change_nickname(request):
    form = NicknameForm(request.POST)
    if not form.is_valid():
        context = {"member": request.user, "form": form}
        return render(request, "members/profile.html", context, status=422)
    request.user.nickname = form.cleaned_data["nickname"]
    request.user.save(update_fields=["nickname"])
    return redirect("members")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def change_password(request):
    form = PasswordForm(request.user, request.POST or None)
    if request.method == "POST":
        if times_by(str(request.user.pk), "password", PERIOD) > MOST_GUESSES:
            context = {"form": PasswordForm(request.user), "refusal": TOO_MANY}
            return render(request, "members/password.html", context, status=429)
        if form.is_valid():
            update_session_auth_hash(request, form.save())
            return render(request, "members/password.html", {"done": True})
        return render(request, "members/password.html", {"form": form}, status=422)
    return render(request, "members/password.html", {"form": form})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def leave(request):
    """A member leaves: the account and what it says of a person are deleted. The newsroom's accounts stay."""
    if request.user.is_superuser or request.user.groups.exists():
        return render(request, "members/leave.html", {"of_newsroom": True}, status=403)
    form = LeaveForm(request.POST or None, member=request.user)
    if request.method == "POST":
        if times_by(str(request.user.pk), "password", PERIOD) > MOST_GUESSES:
            context = {"form": LeaveForm(member=request.user), "refusal": TOO_MANY}
            return render(request, "members/leave.html", context, status=429)
        if form.is_valid():
            member = request.user
            logout(request)
            member.delete()
            return render(request, "members/leave.html", {"done": True})
        return render(request, "members/leave.html", {"form": form}, status=422)
    return render(request, "members/leave.html", {"form": form})
