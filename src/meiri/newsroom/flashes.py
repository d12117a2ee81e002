"""A flash (快讯) from its words to its way: three fields make an article, which is published or sent to its reviews at once."""

from dataclasses import dataclass
from datetime import timedelta
from html import escape

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from wagtail.models import Workflow

from meiri.identity import site_name
from meiri.newsroom.models import Article, Author, Byline, Kind, Source
from meiri.newsroom.permissions import ADD, home_for, sole_station_of
from meiri.newsroom.publication_checks import PublicationStopped
from meiri.policy import check, may
from meiri.policy.reach import reach
from meiri.sections.models import Channel

LONGEST_FLASH = 2_000
# Within which the same headline by the same person is taken for a button that was pressed twice.
SAME = timedelta(minutes=10)


@dataclass(frozen=True)
class SentFlash:
    """What became of a flash: `workflow` is None where readers see it already."""

    article: Article
    workflow: Workflow | None


def channels_of_flashes(user):
    """The channels in which `user` may file a flash, that for flashes first."""
    found = reach(user, ADD)
    channels = Channel.objects.all() if found.everywhere or found.stations else None
    if channels is None:
        channels = Channel.objects.filter(pk__in=found.channels)
    return sorted(
        channels, key=lambda channel: (Kind.FLASH.label not in channel.name, channel.order, channel.pk)
    )


@transaction.atomic
def send_flash(title: str, text: str, channel: Channel, by) -> SentFlash:
    """Make the article of a flash and publish it, where `by` may and nothing is missing; else send it to its reviews.

    Each line of `text` is a paragraph; the source is the newsroom itself. Raises `ValidationError` with a sentence, `PermissionDenied`,
    and what a submission raises; nothing is stored then.
    """
    check(by, "add", Article)
    # Pressed twice, the second waits here for the first.
    get_user_model().objects.select_for_update().get(pk=by.pk)
    _refuse_twice(title, by)
    try:
        home = home_for(by, channel, sole_station_of(by))
    except LookupError:
        raise ValidationError({"channel": "您的采编分工不包括这个频道。"}) from None
    article = Article(
        title=title, channel=channel, home_station=home, kind=Kind.FLASH, created_by=by, live=False
    )
    article.body = [("text", f"<p>{escape(line, quote=False)}</p>") for line in _lines(text)]
    article.source = Source.objects.filter(name=site_name()).first()
    article.bylines = [Byline(author=author) for author in Author.objects.filter(user=by)[:1]]
    article.full_clean()
    article.save()
    if home is not None:
        article.stations.set([home])
        article.save()
    article.save_revision(user=by)
    return SentFlash(article, send_on(article, by))


def send_on(article: Article, by) -> Workflow | None:
    """Publish the newest version, or start its reviews where it has to pass some: the workflow that it takes then."""
    if may(by, "publish", article):
        try:
            with transaction.atomic():
                article.latest_revision.publish(user=by)
        except PublicationStopped:
            pass  # it has to be reviewed first, or lacks something that its reviewers see too
        else:
            return None
    article.refresh_from_db()
    workflow = article.get_workflow()
    if workflow is None:
        raise ValidationError("这篇稿件没有适用的审校流程，请找主编发布。")
    workflow.start(article, by)
    return workflow


def _refuse_twice(title: str, by) -> None:
    since = timezone.now() - SAME
    same = Article.objects.filter(created_by=by, kind=Kind.FLASH, title=title, updated_at__gte=since)
    if same.exists():
        raise ValidationError({"title": "您刚才已经发过这条快讯，请到稿件里查看。"})


def _lines(text: str) -> list[str]:
    lines = [line.strip(" \t\r　") for line in text.split("\n")]
    if not (kept := [line for line in lines if line]):
        raise ValidationError({"text": "请写正文。"})
    return kept
