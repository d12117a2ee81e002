"""Who else has an article's form open, and where in it they are."""

from django.contrib.contenttypes.models import ContentType
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST
from wagtail.admin.utils import get_user_display_name

from meiri.newsroom.models import Article
from meiri.newsroom.open_forms import OpenForm, is_key, others_at


@require_POST
def tell_presence(request, article_id: int):
    """An open form (`form_key`) tells where its writer is (`place`) and which `version` it knows of (the time it was saved, ISO
    8601); it hears who else writes, and whether there is a newer version."""
    article = get_object_or_404(
        Article.objects.select_related("latest_revision").only("pk", "latest_revision"), pk=article_id
    )
    key = request.POST.get("form_key", "")
    if is_key(key):
        OpenForm.objects.update_or_create(
            key=key,
            user=request.user,
            defaults={"place": request.POST.get("place", "")[:80], "seen_at": timezone.now()},
            create_defaults={
                "content_type": ContentType.objects.get_for_model(Article),
                "object_id": str(article.pk),
                "place": request.POST.get("place", "")[:80],
            },
        )
    latest = article.latest_revision
    return JsonResponse(
        {
            "others": [
                {"name": get_user_display_name(other.user), "place": other.place}
                for other in others_at(article, key)
            ],
            "newer": bool(latest) and latest.created_at.isoformat() != request.POST.get("version", ""),
        }
    )


def signed_in(request):
    """Where the dialog ends in which somebody signs in again over an open text: the page tells as whom, and a new token."""
    return render(request, "newsroom/drafts/signed_in.html")
