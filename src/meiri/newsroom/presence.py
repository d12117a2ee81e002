"""Who else has a form open, and where in it they are."""

from typing import Any

from django.db.models import Model
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST
from wagtail.admin.utils import get_user_display_name

from meiri.newsroom.models import Article
from meiri.newsroom.open_forms import OpenForm, is_key, others_at


@require_POST
def tell_article_presence(request, article_id: int):
    return tell_presence(request, Article, article_id)


def tell_presence(request, model: type[Model], pk: int) -> JsonResponse:
    """An open form (`form_key`) of the thing `pk` of `model` tells where its writer is (`place`) and which `version` it knows of
    (when that was saved, ISO 8601); it hears who else writes, and whether there is a newer version."""
    # A form asks every few seconds: what is in the version is not read.
    things = model._default_manager.select_related("latest_revision").only("latest_revision__created_at")
    thing: Any = get_object_or_404(things, pk=pk)
    key, place = request.POST.get("form_key", ""), request.POST.get("place", "")[:80]
    if is_key(key):
        form = OpenForm.objects.filter(key=key, user=request.user)
        if not form.update(place=place, seen_at=timezone.now()):
            of = {"content_type": thing.get_base_content_type(), "object_id": str(pk), "place": place}
            OpenForm.objects.get_or_create(key=key, user=request.user, defaults=of)
    latest = thing.latest_revision
    return JsonResponse(
        {
            "others": [
                {"name": get_user_display_name(other.user), "place": other.place}
                for other in others_at(thing, key)
            ],
            "newer": bool(latest) and latest.created_at.isoformat() != request.POST.get("version", ""),
        }
    )


def signed_in(request):
    """Where the dialog ends in which somebody signs in again over an open text: the page tells as whom, and a new token."""
    return render(request, "newsroom/drafts/signed_in.html")
