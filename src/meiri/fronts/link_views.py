"""The readers' pages of friend links: all of them, the application, and its receipt."""

from itertools import groupby

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.fronts.applying import MOST, PERIOD, FriendLinkForm, applies_too_often, apply_for_link
from meiri.fronts.friend_links import FriendLink
from meiri.journal.content_keys import FOOTER
from meiri.visitors.receipt_keys import digest_of_key, kept_to_oneself

SHOWN = 500


@page
@require_safe
def links(request):
    """All friend links by their groups. One query."""
    uses(FOOTER)
    shown = FriendLink.objects.shown().order_by("group", "order", "id")[:SHOWN]
    groups = [(name, list(group)) for name, group in groupby(shown, key=lambda link: link.group)]
    return render(request, "fronts/links.html", {"groups": groups})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def application(request):
    """The form, and where it is sent to."""
    if request.method != "POST":
        return render(request, "fronts/apply.html", {"form": FriendLinkForm()})
    form = FriendLinkForm(request.POST, request.FILES)
    if form.by_robot:
        # A robot is told what it wants to hear.
        return render(request, "fronts/applied.html")
    if not form.is_valid():
        return render(request, "fronts/apply.html", {"form": form}, status=422)
    if applies_too_often(request):
        form.add_error(
            None, f"{int(PERIOD.total_seconds()) // 3600} 小时内最多提交 {MOST} 次申请，请稍后再试。"
        )
        return render(request, "fronts/apply.html", {"form": form}, status=429)
    return kept_to_oneself(redirect("link-receipt", apply_for_link(form)))


@require_safe
def receipt(request, key: str):
    """What became of an application, for whoever has its key."""
    link = get_object_or_404(FriendLink, key_digest=digest_of_key(key))
    return kept_to_oneself(render(request, "fronts/link_receipt.html", {"link": link}))
