"""Pages of what members keep. Each shows and changes what is the own member's, and nothing else."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseNotFound, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from taggit.models import Tag

from meiri.asked_numbers import LARGEST_ID, asked_number
from meiri.members import kept_articles
from meiri.members.models import Favourite, Reading, address_of
from meiri.members.whats_new import look
from meiri.newsroom.keyset import Cursor
from meiri.newsroom.models import Article, Author
from meiri.personal import notices
from meiri.sections.models import Channel, Station, Topic

# Characters of a hundred article numbers.
LONGEST_LATER = 2_000
FOLLOWED = {
    "channel": Channel.objects.visible,
    "topic": Topic.objects.visible,
    "station": Station.objects.visible,
    "author": Author.objects.all,
    "tag": Tag.objects.all,
}


def _article(article_id: int) -> Article:
    if article_id > LARGEST_ID:
        raise Http404
    return get_object_or_404(Article.objects.live().select_related("channel"), pk=article_id)


def _before(request) -> Cursor | None:
    return Cursor.parse(request.GET.get("before"))


@require_safe
@never_cache
def article_fragment(request, article_id: int):
    """What stands below an article for its reader: whether it is a favourite. Fetched near its end, so it is read."""
    if not request.user.is_authenticated:
        return render(request, "members/article_fragment.html", {"article_id": article_id, "member": None})
    try:
        article = _article(article_id)
    except Http404:
        return HttpResponseNotFound()
    kept_articles.note_reading(request.user, article.pk)
    context = {
        "article_id": article.pk,
        "member": request.user,
        "kept": kept_articles.is_favourite(request.user, article.pk),
    }
    return render(request, "members/article_fragment.html", context)


@require_safe
@never_cache
def masthead_fragment(request):
    """What the masthead says in the place of 会员 to whoever is signed in; nothing (204) to others."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    told = {"unread": notices.count_unread(request.user), "avatar": request.user.shown_avatar}
    return render(request, "members/masthead_fragment.html", told)


@require_safe
@never_cache
@login_required
def favourites(request):
    found, after = kept_articles.page_of_kept(Favourite, request.user, _before(request))
    return render(request, "members/favourites.html", {"found": found, "after": after})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def favourite(request, article_id: int):
    """Keep an article, or keep it no longer; without scripts the article leads here."""
    if request.method == "POST" and request.POST.get("deed") == "drop":
        kept_articles.drop_article(Favourite, request.user, min(article_id, LARGEST_ID))
        if request.POST.get("back") == "list":
            return redirect("member-favourites")
    article = _article(article_id)
    context = {"article": article, "kept": kept_articles.is_favourite(request.user, article.pk)}
    if request.method != "POST":
        return render(request, "members/favourite.html", context)
    if request.POST.get("deed") != "drop":
        try:
            kept_articles.keep_article(request.user, article)
        except ValidationError as error:
            return render(
                request, "members/favourite.html", context | {"refusal": error.messages[0]}, status=422
            )
    return redirect(f"{article.get_absolute_url()}#share")


@require_safe
@never_cache
def later(request):
    """What is kept on the device to be read later; for whoever has no account too. The script lists it, the site never sees it."""
    member = request.user if request.user.is_authenticated else None
    return render(request, "members/later.html", {"member": member})


@require_POST
@never_cache
@login_required
def take_later(request):
    """Take what was kept on a device into the favourites: `articles` are their numbers with commas between, 100 at most. Answers which
    are kept now, which are not there any more, and what is wrong where the member keeps too many."""
    asked = request.POST.get("articles", "")[:LONGEST_LATER].split(",")[: kept_articles.MOST_LATER]
    numbers = [number for text in asked if (number := asked_number(text)) is not None]
    kept, refusal = kept_articles.keep_articles(request.user, numbers)
    gone = kept_articles.gone_of(numbers)
    return JsonResponse({"kept": kept, "gone": gone, "refusal": refusal}, status=422 if refusal else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def history(request):
    """The reader's own history: off until it is switched on, deleted singly or whole."""
    if request.method == "POST":
        number = asked_number(request.POST.get("article"))
        match request.POST.get("deed"):
            case "on":
                kept_articles.keep_history(request.user, True)
            case "off":
                kept_articles.keep_history(request.user, False)
            case "clear":
                kept_articles.forget_history(request.user)
            case "drop" if number is not None:
                kept_articles.drop_article(Reading, request.user, number)
        return redirect("member-history")
    found, after = kept_articles.page_of_kept(Reading, request.user, _before(request))
    return render(
        request, "members/history.html", {"found": found, "after": after, "on": request.user.keeps_history}
    )


@require_safe
@never_cache
@login_required
def following(request):
    """What is new where the member follows."""
    look(request.user)
    followed = kept_articles.followed_by(request.user)
    articles, after = kept_articles.news_for(followed, _before(request))
    return render(
        request, "members/following.html", {"followed": followed, "articles": articles, "after": after}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def follow(request, kind: str, slug: str):
    """Follow a channel, a topic, a station, an author or a tag, or no longer."""
    if kind not in FOLLOWED:
        raise Http404
    section = get_object_or_404(FOLLOWED[kind](), slug=slug)
    address = reverse("member-follow", args=[kind, slug])
    context = {
        "section": section,
        "back": address_of(section),
        "address": address,
        "followed": kept_articles.is_followed(request.user, section),
    }
    if request.method != "POST":
        return render(request, "members/follow.html", context)
    if request.POST.get("deed") == "drop":
        kept_articles.unfollow_section(request.user, section)
    else:
        try:
            kept_articles.follow_section(request.user, section)
        except ValidationError as error:
            return render(
                request, "members/follow.html", context | {"refusal": error.messages[0]}, status=422
            )
    return redirect("member-following")


@require_safe
@never_cache
@login_required
def notice_list(request):
    found, after = notices.page_of(request.user, asked_number(request.GET.get("before")))
    return render(request, "members/notices.html", {"notices": found, "after": after})


@require_POST
@never_cache
@login_required
def read_notices(request):
    notices.mark_read(request.user)
    return redirect("member-notices")
