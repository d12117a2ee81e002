"""Who may do what to articles, and to what they name.

An article's home is the station that filed it, else its channel. Whoever may publish there may change what stands there;
whoever may only write changes what they wrote. Any other place is asked for: see `meiri.newsroom.placing`.
"""

from collections.abc import Collection

from django.db.models import BigIntegerField, Q
from django.db.models.functions import Cast
from wagtail.models import TaskState

from meiri.newsroom.models import Article, Author, Correction, Source
from meiri.newsroom.posts import memberships_of
from meiri.newsroom.proposals import Proposal
from meiri.newsroom.reviewing import ReviewTask
from meiri.newsroom.roles import grant_newsroom
from meiri.newsroom.sharing import shared_with
from meiri.policy import Rules, may, register
from meiri.policy.reach import Reach, reach, register_memberships
from meiri.sections.models import Channel, Station

ADD, CHANGE, PUBLISH = "newsroom.add_article", "newsroom.change_article", "newsroom.publish_article"


class ArticleRules(Rules):
    permissions = {
        "withdraw": PUBLISH,
        "correct": PUBLISH,
        "repair": "newsroom.repair_article",
        "propose": PUBLISH,
        "erase": "newsroom.erase_article",
        "see": CHANGE,
        "choose": CHANGE,
        "view": CHANGE,
        "share": CHANGE,
    }

    def permission(self, deed):
        return super().permission("delete" if deed == "put back" else deed)

    def is_possible(self, deed, article):
        if article.binned_at is not None:
            return deed == "put back"
        return not (deed == "delete" and article.first_published_at is not None)

    def possible(self, queryset, deed):
        return queryset.filter(binned_at__isnull=deed != "put back")

    def reach(self, user, deed):
        found = super().reach(user, deed)
        # What others wrote is the matter of whoever may publish it.
        return found if deed in ("add", "publish") else found & reach(user, PUBLISH)

    def may_somewhere(self, user, deed):
        if deed in ("see", "choose", "change", "delete", "put back"):
            return bool(reach(user, ADD, CHANGE, PUBLISH)) or (deed == "see" and bool(reviews_of(user)))
        return bool(self.reach(user, deed))

    def may(self, user, deed, article, place):
        if place is not None:
            return stands_at(place, self.reach(user, deed))
        if article.pk is None:
            return self.may_somewhere(user, deed)
        if deed == "choose" and article.live:
            return self.may_somewhere(user, deed)
        if article.stands_within(self.reach(user, deed)):
            return True
        match deed:
            case "review":
                return is_reviewed_by(user, article)
            case "delete" | "put back":
                return article.created_by_id == user.pk and bool(reach(user, ADD, CHANGE))
            case "share":
                return is_own(user, article)
            case "change":
                return (
                    is_own(user, article) or is_shared(user, article, True) or is_reviewed_by(user, article)
                )
            case "see" | "choose":
                return (
                    is_own(user, article)
                    or is_shared(user, article)
                    or is_reviewed_by(user, article)
                    or proposals_for(user).filter(article=article.pk).exists()
                )
        return False

    def visible(self, user, queryset, deed):
        if not self.may_somewhere(user, deed):
            return queryset.none()
        found = self.reach(user, deed)
        if found.everywhere:
            return queryset
        # Sub-selects, not joins: an article that is visible for two reasons is still one article.
        wanted = Article.objects.q_within(found)
        if deed in ("see", "choose", "change", "put back") and reach(user, CHANGE):
            wanted |= Q(created_by=user.pk)
        if deed in ("see", "choose", "change"):
            wanted |= Q(pk__in=shared_with(user, to_change=deed == "change"))
        if deed in ("see", "choose"):
            wanted |= Q(pk__in=proposals_for(user).values("article"))
        if deed in ("see", "choose", "change") and (tasks := reviews_of(user)):
            wanted |= Q(pk__in=in_review(user, tasks))
        if deed == "choose":
            wanted |= Q(live=True)
        return queryset.filter(wanted)


def is_own(user, article: Article) -> bool:
    """Whether `user` wrote it, and may write."""
    return article.created_by_id == user.pk and bool(reach(user, CHANGE))


def is_shared(user, article: Article, to_change: bool = False) -> bool:
    """Whether it was shared with `user`, who works in the newsroom."""
    return (
        bool(reach(user, ADD, CHANGE, PUBLISH))
        and shared_with(user, to_change=to_change).filter(article=article.pk).exists()
    )


def reviews_of(user) -> list[ReviewTask]:
    """The reviews that `user` does anywhere, kept with the object as its permissions are."""
    if (kept := getattr(user, "_policy_reviews", None)) is None:
        tasks = ReviewTask.objects.filter(active=True).prefetch_related("groups")
        kept = user._policy_reviews = [task for task in tasks if task.reach(user)]
    return kept


def is_reviewed_by(user, article: Article) -> bool:
    """Whether the review that `article` waits for is one that `user` does."""
    task = article.current_workflow_task
    return isinstance(task, ReviewTask) and task.is_reviewed_by(user, article)


def in_review(user, tasks: list[ReviewTask]):
    """The keys of the articles that wait for `user`, as a sub-select."""
    states = TaskState.objects.none()
    for task in tasks:
        states = states | task.get_task_states_user_can_moderate(user)
    return states.filter(workflow_state__base_content_type__model="article").values(
        article=Cast("workflow_state__object_id", BigIntegerField())
    )


def stands_at(place: Channel | Station, found: Reach) -> bool:
    return found.has_channel(place.pk) if isinstance(place, Channel) else found.has_station(place.pk)


def proposals_for(user):
    """The proposals that wait for `user` to decide."""
    return ProposalRules(Proposal).visible(user, Proposal.objects.asked(), "accept")


class ProposalRules(Rules):
    """Who publishes at a place decides what is offered to it; who publishes an article may take an offer back."""

    permissions = {"see": PUBLISH, "accept": PUBLISH, "withdraw": PUBLISH}

    def may_somewhere(self, user, deed):
        return bool(self.reach(user, deed))

    def may(self, user, deed, proposal, place):
        found = self.reach(user, deed)
        if deed == "withdraw":
            return proposal.article.stands_within(found)
        if stands_at(proposal.place, found):
            return True
        return deed == "see" and (proposal.asked_by_id == user.pk or proposal.article.stands_within(found))

    def within(self, queryset, found, user, deed):
        return queryset.filter(Q(channel__in=found.channels) | Q(station__in=found.stations))


class NameRules(Rules):
    """Sources and authors are the nation's, and whoever writes names them: anybody who writes finds one, and who may add
    one does, but only who may change them everywhere changes what stands on all their articles."""

    def may_somewhere(self, user, deed):
        match deed:
            case "see" | "choose":
                return bool(reach(user, ADD, CHANGE)) or self.reach(user, deed).everywhere
            case "add":
                return bool(self.reach(user, deed))
        return self.reach(user, deed).everywhere

    def may(self, user, deed, thing, place):
        return self.may_somewhere(user, deed)

    def visible(self, user, queryset, deed):
        return queryset if self.may_somewhere(user, deed) else queryset.none()


class CorrectionRules(Rules):
    """A correction is the matter of who may publish the article."""

    def may_somewhere(self, user, deed):
        return may(user, "correct", Article)

    def may(self, user, deed, correction, place):
        return may(user, "correct", correction.article)

    def visible(self, user, queryset, deed):
        return queryset if self.may_somewhere(user, deed) else queryset.none()


def home_for(user, channel: Channel | None, stations: Collection[Station]) -> Station | None:
    """The home of an article that `user` files in `channel`, None for none yet, and at `stations`: None for the channel, else
    a station.

    Raises `LookupError` where the user may file at none of them.
    """
    if channel is not None and may(user, "add", Article(), channel):
        return None
    for station in stations:
        if may(user, "add", Article(), station):
            return station
    raise LookupError(f"{user} may file in none of {channel}, {list(stations)}.")


def sole_station_of(user) -> list[Station]:
    """The station that `user` files for, where there is no doubt which."""
    stations = reach(user, ADD).stations
    return list(Station.objects.filter(pk__in=stations)) if len(stations) == 1 else []


def register_rules() -> None:
    grant_newsroom()
    register_memberships(memberships_of)
    register(ArticleRules(Article))
    register(ProposalRules(Proposal))
    register(CorrectionRules(Correction))
    register(NameRules(Source))
    register(NameRules(Author))
