"""撤稿回执: what became of each place where readers met a withdrawn article."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.newsroom.models import Article
from meiri.newsroom.withdrawal_receipts import newest_receipt
from meiri.policy.checked_view import CheckedView


class WithdrawalReceiptView(CheckedView):
    page_title = "撤稿回执"
    header_icon = "check"
    template_name = "newsroom/withdrawal_receipt.html"
    deed = "see"

    def check_permission(self):
        self.article = self.thing = get_object_or_404(Article, pk=self.kwargs["article_id"])
        super().check_permission()

    def get_breadcrumbs_items(self):
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {
                "url": reverse("wagtailsnippets_newsroom_article:edit", args=[self.article.pk]),
                "label": self.article.title,
            },
            {"url": "", "label": "撤稿回执"},
        ]

    def get(self, request, **kwargs):
        receipt = newest_receipt(self.article.pk)
        if receipt is None:
            raise Http404("It was never withdrawn.")
        return self.render_to_response(self.get_context_data(receipt=receipt, article=self.article))
