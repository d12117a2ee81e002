"""Who works here: looked up by number or name, or verified by the code on a press card. Nothing is ever stored."""

from base64 import b64encode

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meiri.staff.lookup import MOST, PERIOD, LookupForm, find_card, looks_up_too_often
from meiri.staff.models import PressCard, StaffSettings
from meiri.staff.signing import card_of, signed_text, sm2_signature_in


@require_safe
@never_cache
def lookup(request):
    """The look-up form and, with `?q=`, its answer."""
    asked = "q" in request.GET
    form = LookupForm(request.GET if asked else None)
    context = {"form": form, **_aside()}
    if not asked:
        return render(request, "staff/lookup.html", context)
    if not form.is_valid():
        return render(request, "staff/lookup.html", context, status=422)
    if looks_up_too_often(request):
        minutes = int(PERIOD.total_seconds()) // 60
        form.add_error(None, f"{minutes} 分钟内最多查询 {MOST} 次，请稍后再查。")
        return render(request, "staff/lookup.html", context, status=429)
    words = form.cleaned_data["q"]
    return render(request, "staff/lookup.html", context | {"asked": words, "cards": find_card(words)})


@require_safe
@never_cache
def verify(request, token: str):
    """Whether the press card whose code was read is valid at this moment."""
    card = card_of(token)
    context = {"card": card, "sm2": _second_signature(card, token) if card else None, **_aside()}
    return render(request, "staff/verify.html", context, status=200 if card else 404)


def _second_signature(card: PressCard, token: str) -> dict | None:
    """What a reader checks by themselves of a code that is signed with SM2, and that was found right; None for others."""
    signature = sm2_signature_in(token) if settings.SM2 else None
    if not signature:
        return None
    return {"text": signed_text(card).decode(), "signature": b64encode(signature).decode()}


def _aside() -> dict:
    return {"now": timezone.localtime(), "register_url": StaffSettings.load().register_url}
