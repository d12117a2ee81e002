"""A view of the admin about one article, whose key its address holds."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.newsroom.models import Article
from meiri.policy.checked_view import CheckedView


class ArticleView(CheckedView):
    """`self.article` is the article; who may do `deed` to it sees the view. Its breadcrumbs lead to the form of the article."""

    # What the last breadcrumb says.
    name = ""

    def articles(self):
        return Article.objects.all()

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.article = self.thing = get_object_or_404(self.articles(), pk=kwargs["article_id"])

    @property
    def form_url(self) -> str:
        return reverse("wagtailsnippets_newsroom_article:edit", args=[self.article.pk])

    def get_breadcrumbs_items(self):
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": self.form_url, "label": str(self.article)},
            {"url": "", "label": self.name},
        ]
