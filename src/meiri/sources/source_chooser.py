"""The chooser of sources: found by name, other name and domain; each with what the register says of it today."""

from django import forms
from django.db.models import Q
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.chooser import (
    BaseSnippetChooseView,
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
)

from meiri.newsroom.models import Source
from meiri.policy import visible
from meiri.sources.register import listings_found, listings_named


class SourceFilterForm(BaseFilterForm):
    q = forms.CharField(
        label="查找",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "名称、别名或域名", "autofocus": True}),
    )

    def filter(self, sources):
        words = self.cleaned_data["q"].strip()
        return found_by(sources, words) if words else sources


def found_by(sources, words: str):
    """Those of `sources` that have `words` in their name, or that the register calls so."""
    names = listings_found(words).values_list("name", flat=True)
    return sources.filter(Q(name__icontains=words) | Q(name__in=names))


def said_of(sources) -> dict[str, str]:
    """What the register says of each of `sources` today, by their names. One query."""
    listed = listings_named([source.name for source in sources])
    return {name: listing.state_in_words() for name, listing in listed.items()}


class SourceListView(BaseSnippetChooseView):
    filter_form_class = SourceFilterForm
    per_page = 20

    def get_object_list(self):
        return visible(self.request.user, Source.objects.all(), "choose")

    def get_results_page(self, request):
        page = super().get_results_page(request)
        self.said = said_of(page.object_list)
        return page

    @property
    def columns(self):
        return [
            self.title_column,
            Column("listing", label="名录", accessor=lambda source: self.said.get(source.name, "")),
            Column("licence", label="授权说明", accessor="licence"),
        ]


class SourceChooseView(SourceListView, ChooseView):
    pass


class SourceChooseResultsView(SourceListView, ChooseResultsView):
    pass


class SourceChooserViewSet(SnippetChooserViewSet):
    choose_view_class = SourceChooseView
    choose_results_view_class = SourceChooseResultsView
