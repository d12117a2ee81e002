"""The recycle bin (回收站): a draft that is deleted lies there for a while, and can be put back."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import WorkflowState

from meiri.newsroom.models import Article
from meiri.policy import check

DAYS = 30
STEP = 100
BINNED, PUT_BACK = "newsroom.binned", "newsroom.put_back"


@transaction.atomic
def put_into_bin(article: Article, by) -> None:
    """Delete a draft for its editors: it lies in the bin until it is put back, or its time is over. What waited for it, a
    review or a time of publication, ends. Raises `PermissionDenied`."""
    stored = Article.objects.select_for_update().get(pk=article.pk)
    check(by, "delete", stored)
    for state in WorkflowState.objects.active().for_instance(stored):
        state.cancel(user=by)
    stored.revisions.filter(approved_go_live_at__isnull=False).update(approved_go_live_at=None)
    Article.objects.filter(pk=stored.pk).update(binned_at=timezone.now(), binned_by=by)
    log(stored, BINNED, user=by)


@transaction.atomic
def put_back(article: Article, by) -> None:
    """Take a draft from the bin. Raises `PermissionDenied`."""
    stored = Article.objects.select_for_update().get(pk=article.pk)
    check(by, "put back", stored)
    Article.objects.filter(pk=stored.pk).update(binned_at=None, binned_by=None)
    log(stored, PUT_BACK, user=by)


def empty_bin() -> int:
    """Delete what has lain in the bin for its time, a bounded number at once. How many. Run by the clock."""
    due = Article.objects.filter(binned_at__lt=timezone.now() - timedelta(days=DAYS)).order_by("binned_at")
    articles = list(due[:STEP])
    for article in articles:
        with transaction.atomic():
            log(article, "wagtail.delete", deleted=True)
            article.delete()
    return len(articles)
