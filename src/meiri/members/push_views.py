"""Where members let a browser be told by push, and take it off again."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from meiri.members.sign_ins import device_in_words
from meiri.push.subscribing import end_subscription, subscribe


@require_POST
@never_cache
@login_required
def subscribe_browser(request):
    """The browser says where its push service is to be reached and what to seal with."""
    given = {name: request.POST.get(name, "") for name in ("endpoint", "public_key", "secret")}
    device = device_in_words(request.headers.get("User-Agent", "")[:500])
    try:
        subscribe(request.user, **given, device=device, session=request.session.stored_key or "")
    except ValidationError as error:
        return render(request, "members/push_refused.html", {"refusal": error.messages[0]}, status=422)
    return redirect(f"{reverse('members')}#push")


@require_POST
@never_cache
@login_required
def end_browser(request, key: int):
    end_subscription(request.user, key)
    return redirect(f"{reverse('members')}#push")
