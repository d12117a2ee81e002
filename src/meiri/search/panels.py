"""相似稿件 beside the form of an article: what is like it, while it is written, and what it comes from."""

from django.forms import Media
from django.forms.widgets import Script
from django.urls import reverse
from wagtail.admin.ui.side_panels import BaseSidePanel

from meiri.search.lineage import lineage_in_words


class SimilarSidePanel(BaseSidePanel):
    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "打开或收起相似稿件"
        icon_name = "copy"

    name = "similar"
    title = "相似稿件"
    template_name = "search/admin/similar_panel.html"
    order = 400

    @property
    def media(self):
        return Media(
            js=[Script("search/similar.js", type="module")],
            css={"all": ["search/similar.css"]},
        )

    def get_context_data(self, parent_context):
        context = super().get_context_data(parent_context)
        key = self.object.pk
        return context | {
            "similar_url": reverse("search_similar"),
            "lineage_url": reverse("search_lineage", args=[key]) if key else "",
            "lineage": lineage_in_words(key) if key else ["稿件保存后可以记下它出自哪一篇。"],
        }
