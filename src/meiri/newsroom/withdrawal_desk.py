"""撤稿回执: what became of each place where readers met a withdrawn article."""

from django.http import Http404

from meiri.newsroom.article_view import ArticleView
from meiri.newsroom.withdrawal_receipts import newest_receipt


class WithdrawalReceiptView(ArticleView):
    page_title = name = "撤稿回执"
    header_icon = "check"
    template_name = "newsroom/withdrawal_receipt.html"
    deed = "see"

    def get(self, request, **kwargs):
        receipt = newest_receipt(self.article.pk)
        if receipt is None:
            raise Http404("It was never withdrawn.")
        return self.render_to_response(self.get_context_data(receipt=receipt, article=self.article))
