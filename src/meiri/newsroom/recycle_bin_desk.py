"""The recycle bin in the admin, and the doors that lead into it."""

from datetime import timedelta

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.snippets.views.snippets import DeleteView

from meiri.asked_numbers import asked_number
from meiri.newsroom.models import Article
from meiri.newsroom.recycle_bin import DAYS, put_back, put_into_bin
from meiri.policy import visible

SHOWN = 100


class BinView(WagtailAdminTemplateMixin, View):
    """What was deleted last, of what the user may put back."""

    page_title = "回收站"
    header_icon = "bin"
    template_name = "newsroom/recycle_bin.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "回收站"}]

    def get(self, request):
        found = visible(request.user, Article.objects.filter(binned_at__isnull=False), "put back")
        found = found.select_related("binned_by", "channel").order_by("-binned_at", "-pk")
        articles = list(found[:SHOWN])
        for article in articles:
            left = article.binned_at + timedelta(days=DAYS) - timezone.now()
            article.days_left = max(0, left.days)
        return self.render_to_response(self.get_context_data(articles=articles, days=DAYS, shown=SHOWN))

    def post(self, request):
        number = asked_number(request.POST.get("article"))
        article = get_object_or_404(Article, pk=number, binned_at__isnull=False)
        put_back(article, request.user)
        edit = reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk])
        messages.success(request, f"《{article}》已放回。", buttons=[messages.button(edit, "编辑")])
        return redirect("recycle_bin")


class ToBinView(DeleteView):
    page_title = "删除"
    confirmation_message = f"删除后放进回收站，{DAYS} 天内可以放回，之后彻底删除。确定删除这篇稿件吗？"


def into_the_bin(request, things):
    """Wagtail's hook before snippets are deleted, by the page of one and by the action on many: articles go to the bin."""
    articles = [thing for thing in things if isinstance(thing, Article)]
    if request.method != "POST" or not articles:
        return None
    for article in articles:
        put_into_bin(article, request.user)
    names = f"《{articles[0]}》" if len(articles) == 1 else f"{len(articles)} 篇稿件"
    button = messages.button(reverse("recycle_bin"), "回收站")
    messages.success(request, f"{names}已放进回收站，{DAYS} 天内可以放回。", buttons=[button])
    return redirect("wagtailsnippets_newsroom_article:list")
