"""What a newsroom does to articles that readers can see: publish and withdraw.

Each deed is atomic and ends with one journal entry; nobody is called, consumers tail the journal.
"""

from django.db import transaction
from django.utils import timezone
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.permissions import policy_registry

from meiri.journal.log import actor, append
from meiri.newsroom.models import Article, Kind
from meiri.newsroom.river import Place, PlaceKind, delist, enlist, places_of
from meiri.sections.models import Channel, Station, Topic


@transaction.atomic
def publish(article: Article, by=None) -> Article:
    """Publish `article` as it stands, saving it as a revision first.

    `by` is the user, None for the system. Raises `ValidationError` where the article is not complete and
    `PublishPermissionError` where `by` may not publish.
    """
    article.full_clean()
    if article.pk is None:
        article.live = False
        article.save()
    article.save_revision(user=by).publish(user=by)
    article.refresh_from_db()
    return article


@transaction.atomic
def withdraw(article: Article, reason: str, by=None) -> None:
    """Take a published article from the readers' site (撤稿). Its address then answers 410 with `reason`."""
    if not article.live:
        return
    Article.objects.filter(pk=article.pk).update(withdrawal_reason=reason)
    article.withdrawal_reason = reason
    article.unpublish(user=by)


def check_may_publish(article: Article, user) -> None:
    """Raise `PublishPermissionError` where `user` may not publish this article; None, the system, may."""
    policy = policy_registry.get(article)
    if user and not policy.user_has_permission_for_instance(user, "publish", article):
        raise PublishPermissionError(f"{user} may not publish article {article.pk}.")


def published(article_id: int, by) -> None:
    """After a revision went live: list the article and tell the journal. Runs inside the publishing transaction."""
    article = Article.objects.select_related("channel").get(pk=article_id)
    if not article.live:  # scheduled for later
        return
    article.published_at = article.published_at or timezone.now()
    article.withdrawal_reason = ""
    Article.objects.filter(pk=article.pk).update(published_at=article.published_at, withdrawal_reason="")
    before = keys_of(article, listed=True)
    enlist(article)
    append(
        "article.published",
        list(dict.fromkeys(before + keys_of(article))),
        {"title": article.title, "url": article.get_absolute_url(), "revision": article.live_revision_id},
        actor=actor(by),
    )


def withdrawn(article: Article, by, reason: str = "") -> None:
    """After an article was unpublished: take it off the lists and tell the journal."""
    keys = keys_of(article, listed=True)
    delist(article)
    append(
        "article.withdrawn",
        keys,
        {
            "title": article.title,
            "reason": reason or article.withdrawal_reason,
            "url": article.get_absolute_url(),
        },
        actor=actor(by),
    )


def keys_of(article: Article, listed: bool = False) -> list[str]:
    """The content keys that a change of `article` touches: its own and those of its places.

    With `listed`, of the places that list it now (before the change), else of those that will.
    """
    places = [x.place for x in article.listings.all()] if listed else places_of(article)
    return [article.content_key, *keys_of_places(places)]


_SECTIONS = {PlaceKind.CHANNEL: Channel, PlaceKind.STATION: Station, PlaceKind.TOPIC: Topic}
_WORDS = {PlaceKind.SITE: "river", PlaceKind.PICTURED: "pictures"}


def keys_of_places(places: list[Place]) -> list[str]:
    """The content key of each place: `river`, `channel:keji`, `station:zhejiang`, `tag:12`, `kind:flash`…"""
    keys = []
    for kind, model in _SECTIONS.items():
        ids = [p.id for p in places if p.kind == kind]
        keys += [section.content_key for section in model.objects.filter(pk__in=ids)] if ids else []
    for place in places:
        if place.kind in _WORDS:
            keys.append(_WORDS[place.kind])
        elif place.kind == PlaceKind.KIND:
            keys.append(f"kind:{list(Kind)[place.id - 1].value}")
        elif place.kind not in _SECTIONS:
            keys.append(f"{place.kind.name.lower()}:{place.id}")
    return keys
