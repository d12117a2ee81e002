"""In the newsroom: the dictionary of names, and what is like an article or comes from it."""

from django.urls import path
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet

from meiri.journal.snippets import RowViewSet
from meiri.newsroom.editing import side_panels
from meiri.policy.gate import admit, everybody, one
from meiri.search.models import KnownName
from meiri.search.panels import SimilarSidePanel
from meiri.search.views import CompareView, CompareWrittenView, LineageView, similar


def both_articles(request, kwargs) -> bool:
    return all(one("newsroom.Article", name, "choose")(request, kwargs) for name in ("first", "second"))


class KnownNameViewSet(RowViewSet):
    model = KnownName
    icon = "search"
    list_display = ["name", "aliases"]
    search_fields = ["name", "aliases"]
    ordering = ["name"]
    list_per_page = 100
    panels = [FieldPanel("name"), FieldPanel("aliases")]


admit(
    {
        "search_similar": everybody,  # it asks by itself, and tells a script why not
        "search_compare": both_articles,
        "search_compare_written": one("newsroom.Article", "second", "choose"),
        "search_lineage": one("newsroom.Article", "pk", "choose"),
    }
)
register_snippet(KnownNameViewSet)
side_panels.append(SimilarSidePanel)


@hooks.register("register_admin_urls")
def similar_addresses():
    return [
        path("similar/", similar, name="search_similar"),
        path("similar/<int:second>/", CompareWrittenView.as_view(), name="search_compare_written"),
        path("similar/<int:first>/<int:second>/", CompareView.as_view(), name="search_compare"),
        path("lineage/<int:pk>/", LineageView.as_view(), name="search_lineage"),
    ]
