"""The chooser of articles: newest first, with picture, channel, time and state, without a count of the archive."""

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from django.utils.html import format_html
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet

from meiri.newsroom.listing import SEARCHED, state_of, with_schedule
from meiri.newsroom.models import Article


class UncountedPaginator(Paginator):
    """Pages of a list whose length is not asked for: there is a next page where this one is full."""

    furthest = 200

    @cached_property
    def count(self):
        return self.furthest * self.per_page

    def get_page(self, number):
        try:
            number = min(max(int(number or 1), 1), self.furthest)
        except ValueError:
            number = 1
        start = (number - 1) * self.per_page
        rows = list(self.object_list[start : start + self.per_page + 1])
        page = UncountedPage(rows[: self.per_page], number, self)
        page.full = len(rows) > self.per_page
        return page


class UncountedPage(Page):
    full = False

    def has_next(self):
        return self.full


def thumbnail(article: Article) -> str:
    picture = article.picture
    if picture is None or not picture.sizes.widths:
        return ""
    return format_html(
        '<img src="{}" alt="" width="72" height="48" loading="lazy">', picture.sizes.url(320, "jpeg")
    )


class ArticleListMixin:
    per_page = 12

    def get_object_list(self):
        return with_schedule(Article.objects.cards()).order_by("-updated_at", "-pk")

    def apply_object_list_ordering(self, objects):
        return objects

    def filter_object_list(self, objects):
        form = self.filter_form
        words = (form.cleaned_data.get("q") or "").strip() if form.is_valid() else ""
        if words.isdecimal() and len(words) <= 18:
            return objects.filter(pk=int(words))
        if words:
            newest = Article.objects.order_by("-updated_at", "-pk").values("pk")[:SEARCHED]
            return objects.filter(pk__in=newest, title__icontains=words)
        return objects

    def get_paginator(self, queryset, per_page, **kwargs):
        return UncountedPaginator(queryset, per_page)

    @property
    def columns(self):
        return [
            Column("picture", label="", accessor=thumbnail),
            self.title_column,
            Column("channel", label="频道", accessor="channel.name"),
            Column("state", label="状态", accessor=state_of),
            DateColumn("published_at", label="发布时间"),
        ]


class ArticleChooseView(ArticleListMixin, ChooseView):
    pass


class ArticleChooseResultsView(ArticleListMixin, ChooseResultsView):
    pass


class ArticleChooserViewSet(SnippetChooserViewSet):
    choose_view_class = ArticleChooseView
    choose_results_view_class = ArticleChooseResultsView
