"""Who signs articles (作者), and how each article is signed (署名)."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable

from meiri.journal.content_keys import AUTHOR, BYLINE
from meiri.journal.public_models import NotPublic, Public


class Author(models.Model):
    """A name that signs articles: one of our own people or somebody else's."""

    name = models.CharField("姓名", max_length=40, db_index=True)
    slug = models.SlugField("地址", max_length=60, unique=True)
    role = models.CharField("职务", max_length=40, blank=True)
    bio = models.CharField("简介", max_length=200, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name="账号", null=True, blank=True, on_delete=models.SET_NULL
    )

    public = Public(
        ("name", "slug", "role", "bio"),
        keys=lambda author: [AUTHOR.key(author.pk), author.byline_key],
        key_forms=(AUTHOR, BYLINE),
    )

    class Meta:
        verbose_name = "作者"
        verbose_name_plural = "作者"
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def byline_key(self):
        """The content key of the name itself, which signs articles; the author's page is `author:N`."""
        return BYLINE.key(self.pk)

    def get_absolute_url(self):
        return reverse("author", args=[self.slug])


class Byline(Orderable):
    article = ParentalKey("newsroom.Article", on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, verbose_name="作者", on_delete=models.PROTECT, related_name="bylines")
    credit = models.CharField("分工", max_length=20, blank=True, help_text="如“文”“摄影”“制图”，可不填。")

    public = NotPublic("a part of its article")

    class Meta(Orderable.Meta):
        verbose_name = "作者"
        # Whether an author signed an article is asked along the list of articles.
        indexes = (models.Index(fields=["article", "author"], name="byline_of_article"),)

    def __str__(self):
        return str(self.author)
