"""Signing in by a phone (扫码登录): the page of the browser that asks, and that of the phone that answers."""

from urllib.parse import urlencode

from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meiri.members import limits, scanning
from meiri.members.allauth_internals import perform_login, record_authentication
from meiri.members.forms import OneTimeCodeInput
from meiri.members.proof import BY_SCAN, has_second_factor
from meiri.members.scan_requests import ScanRequest, ScanState
from meiri.security.log import note_event
from meiri.security.models import Event
from meiri.visitors.forms import LineField

OVER = "over"


class NumberForm(forms.Form):
    number = LineField(
        label="电脑屏幕上的四位数字",
        max_length=10,
        widget=OneTimeCodeInput(),
        error_messages={"required": "请填写电脑屏幕上的四位数字。", "max_length": "请填写四位数字。"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def scan(request):
    """Where a browser asks (POST), and how far it has come (GET)."""
    if request.user.is_authenticated:
        return redirect("members")
    wanted = get_next_redirect_url(request)
    if request.method != "POST":
        return _standing(request, wanted)
    if limits.scans_too_often(request):
        return _standing(request, wanted, limits.TOO_MANY, 429)
    query = f"?{urlencode({'next': wanted})}" if wanted else ""
    answer = redirect(reverse("member-scan") + query)
    # Another window of this browser may show a code already: there is one for all.
    asked = scanning.asked_by(request)
    if asked is None or asked.state != ScanState.ASKED:
        scanning.ask(request, answer)
    return answer


def _standing(request, wanted: str | None, refusal: str = "", status: int = 200) -> HttpResponse:
    asked = None if refusal else scanning.asked_by(request)
    context = {
        "asked": asked,
        "state": _state(asked),
        "code": scanning.code_of(scanning.secret_in(request)) if asked else "",
        "member": scanning.member_of(asked) if asked else None,
        "next": wanted,
        "refusal": refusal,
    }
    return render(request, "members/scan.html", context, status=status)


def _state(asked: ScanRequest | None) -> str:
    return asked.state if asked else OVER


@require_safe
@never_cache
def scan_state(request):
    """How far it has come, for the page's script: {"state": "asked" | "confirmed" | "refused" | "over"}."""
    return JsonResponse({"state": _state(scanning.asked_by(request))})


@require_POST
@never_cache
def enter(request):
    """The browser comes for what was confirmed. What else an account asks for, such as its second factor, is asked here."""
    if request.user.is_authenticated:
        return redirect("members")
    asked = scanning.asked_by(request)
    member = scanning.take(asked) if asked else None
    if member is None:
        return _standing(request, get_next_redirect_url(request), "这次扫码已经失效，请换一个二维码。", 410)
    record_authentication(request, member, method=BY_SCAN)
    answer = perform_login(request, Login(user=member, redirect_url=get_next_redirect_url(request)))
    scanning.forget_secret(answer)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def scanned(request, token):
    """Where the QR code leads: whoever is signed in there says yes or no."""
    asked = scanning.found_by(token)
    if asked is None or asked.state != ScanState.ASKED:
        return _over(request, asked)
    if request.user.is_of_newsroom and not has_second_factor(request.user):
        return render(request, "members/scanned.html", {"outcome": "factor"}, status=403)
    if request.method == "POST":
        return _answered(request, asked)
    return _question(request, asked, NumberForm())


def _over(request, asked: ScanRequest | None) -> HttpResponse:
    """The page of a request that is not open any more; who confirmed it themselves is told so once more."""
    if asked and asked.state == ScanState.CONFIRMED and asked.confirmed_by_id == request.session.stored_key:
        return render(request, "members/scanned.html", {"outcome": ScanState.CONFIRMED})
    return render(request, "members/scanned.html", {"outcome": OVER}, status=410)


def _question(request, asked: ScanRequest, form: NumberForm, status: int = 200, refusal: str = ""):
    context = {
        "asked": asked,
        "is_of_same_network": scanning.is_of_same_network(request, asked),
        "form": form,
        "refusal": refusal,
        "outcome": "",
    }
    return render(request, "members/scanned.html", context, status=status)


def _answered(request, asked: ScanRequest) -> HttpResponse:
    if request.POST.get("answer") == "refuse":
        with transaction.atomic():
            if scanning.refuse(asked):
                note_event(Event.SCAN_REFUSED, about=asked.device)
        return render(request, "members/scanned.html", {"outcome": ScanState.REFUSED})
    form = NumberForm(request.POST)
    if not form.is_valid():
        return _question(request, asked, form, 422)
    if limits.confirms_too_often(request.user):
        return _question(request, asked, NumberForm(), 429, limits.TOO_MANY)
    with transaction.atomic():
        is_confirmed = scanning.confirm(asked, form.cleaned_data["number"], request.session.stored_key)
        if is_confirmed:
            note_event(Event.SCAN_CONFIRMED, about=asked.device)
    if is_confirmed:
        return render(request, "members/scanned.html", {"outcome": ScanState.CONFIRMED})
    now = scanning.found_again(asked)
    if now is None or now.state != ScanState.ASKED:
        return _over(request, now)
    form.add_error("number", "数字不对，请看清电脑屏幕上的四位数字。")
    return _question(request, asked, form, 422)
