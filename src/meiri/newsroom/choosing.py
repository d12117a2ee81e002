"""The chooser of articles: newest first, with picture, channel, time and state, without a count of the archive."""

from django import forms
from django.utils.html import format_html
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.views.chooser import (
    BaseSnippetChooseView,
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
    SnippetChosenMultipleView,
    SnippetChosenView,
)

from meiri.newsroom.keyset import Cursor
from meiri.newsroom.listing import KeysetPage, state_of, turn, with_schedule, with_words
from meiri.newsroom.models import Article
from meiri.policy import visible
from meiri.sections.models import Channel


class ArticleFilterForm(BaseFilterForm):
    q = forms.CharField(
        label="查找",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "标题、正文里的词，或编号"}),
    )
    channel = forms.ModelChoiceField(
        label="频道", queryset=Channel.objects.all(), required=False, empty_label="全部频道"
    )

    notice = ""

    def filter(self, articles):
        if channel := self.cleaned_data["channel"]:
            articles = articles.filter(channel=channel)
        found, self.notice = with_words(articles, self.cleaned_data["q"])
        return found


def thumbnail(article: Article) -> str:
    picture = article.picture
    if picture is None or not picture.sizes.widths:
        return ""
    return format_html(
        '<img src="{}" alt="" width="72" height="48" loading="lazy">', picture.sizes.url(320, "jpeg")
    )


class Unnumbered:
    """Stands where Wagtail asks for the numbers of pages: there are none to be had without a count."""

    def get_elided_page_range(self, number):
        return []


class ArticleListView(BaseSnippetChooseView):
    paginator = Unnumbered()
    filter_form_class = ArticleFilterForm
    results_template_name = "newsroom/article_chooser_results.html"

    def get_object_list(self):
        articles = Article.objects.select_related("channel", "picture").only(
            "title", "live", "has_unpublished_changes", "first_published_at", "published_at", "updated_at",
            "channel__name", "picture__variants", "picture__width", "picture__height",
        )  # fmt: skip
        articles = visible(self.request.user, articles, "choose")
        return with_schedule(articles).order_by("-updated_at", "-pk")

    def get_results_page(self, request) -> KeysetPage:
        articles = self.filter_object_list(self.get_object_list())
        direction, _, position = request.GET.get("p", "").partition(".")
        cursor = Cursor.parse(position)
        return turn(
            articles,
            older_than=cursor if direction == "older" else None,
            newer_than=cursor if direction == "newer" else None,
            size=self.per_page,
        )

    @property
    def columns(self):
        return [
            Column("picture", label="", accessor=thumbnail),
            self.title_column,
            Column("channel", label="频道", accessor="channel.name"),
            Column("state", label="状态", accessor=state_of),
            DateColumn("published_at", label="发布时间"),
        ]


class ArticleChooseView(ArticleListView, ChooseView):
    pass


class ArticleChooseResultsView(ArticleListView, ChooseResultsView):
    pass


class ArticleChosenView(SnippetChosenView):
    def get_object(self, pk):
        return visible(self.request.user, Article.objects.all(), "choose").get(pk=pk)


class ArticleChosenMultipleView(SnippetChosenMultipleView):
    def get_objects(self, pks):
        return visible(self.request.user, Article.objects.filter(pk__in=pks), "choose")


class ArticleChooserViewSet(SnippetChooserViewSet):
    choose_view_class = ArticleChooseView
    choose_results_view_class = ArticleChooseResultsView
    chosen_view_class = ArticleChosenView
    chosen_multiple_view_class = ArticleChosenMultipleView
