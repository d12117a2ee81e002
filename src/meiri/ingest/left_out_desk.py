"""没有收入的文字 beside the form of an imported article, each with a button that puts it back."""

from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.side_panels import BaseSidePanel

from meiri.ingest.putting_back import Locked, NotThere, digest_of_text, left_out_of_article, put_back
from meiri.newsroom.models import Article
from meiri.policy import may


class LeftOutSidePanel(BaseSidePanel):
    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "打开或收起没有收入的文字"
        icon_name = "clipboard-list"

        def get_context_data(self, parent_context):
            return super().get_context_data(parent_context) | {"count": len(self.panel.texts)}

    name = "left-out"
    title = "没有收入的文字"
    template_name = "ingest/left_out_panel.html"
    order = 450

    def __init__(self, article, request):
        super().__init__(article, request)
        self.texts = left_out_of_article(article.pk) if article.pk else []

    def get_context_data(self, parent_context):
        key = self.object.pk
        return super().get_context_data(parent_context) | {
            "texts": [(digest_of_text(text), text) for text in self.texts],
            "put_back_url": reverse("ingest_put_back", args=[key])
            if key and may(self.request.user, "change", self.object)
            else "",
            "csrf_token": get_token(self.request),
        }


@require_POST
def put_back_view(request, pk: int):
    try:
        article = put_back(pk, request.POST.get("text", "")[:64], request.user)
    except Locked:
        messages.error(request, "稿件已锁定，没有改动。")
    except NotThere:
        messages.error(request, "这段文字已经收入，或者不在这篇稿件里。")
    else:
        messages.success(request, f"已收入《{article.title}》正文末尾，存为草稿。")
    article = Article.objects.filter(pk=pk).first()
    return redirect(AdminURLFinder(request.user).get_edit_url(article) or reverse("wagtailadmin_home"))
