"""Who may do what to which article: asked of one policy, instance by instance.

Model permissions say what a group may do; its desk, where it has one, says on which channels and stations.
"""

from django.db.models import Q
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from meiri.newsroom.models import Article, Desk
from meiri.sections.models import Channel


class ArticlePermissionPolicy(ModelPermissionPolicy):
    """Articles are changed, published and deleted by groups whose desk covers their channel or a station.

    A group without a desk covers everything. An article that readers have seen is withdrawn, never deleted.
    """

    def user_has_permission_for_instance(self, user, action, instance):
        if action == "delete" and instance.first_published_at is not None:
            return False
        if not self.user_has_permission(user, action):
            return False
        if instance.pk is None:
            return True
        coverage = self.coverage(user, [action])
        return coverage is None or self.model.objects.filter(coverage, pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user, actions):
        if not self.user_has_any_permission(user, actions):
            return self.model.objects.none()
        coverage = self.coverage(user, actions)
        if coverage is None:
            return self.model.objects.all()
        return self.model.objects.filter(coverage)

    def coverage(self, user, actions) -> Q | None:
        """Which articles the desks of `user` cover for `actions`; None for all of them."""
        if user.is_superuser:
            return None
        codenames = self._get_permission_codenames(actions)
        groups = user.groups.filter(
            permissions__codename__in=codenames, permissions__content_type=self._content_type
        )
        desks = {desk.group_id: desk for desk in Desk.objects.filter(group__in=groups)}
        ids = set(groups.values_list("pk", flat=True))
        if not ids or ids - set(desks):
            return None
        covered = [desk.pk for desk in desks.values()]
        # Sub-selects, not joins: an article that two desks cover is still one article.
        channels = Channel.objects.filter(desk__in=covered).values("pk")
        stations = Article.stations.through.objects.filter(station__desk__in=covered).values("article_id")
        return Q(channel__in=channels) | Q(pk__in=stations)

    def covers(self, user, channel, stations=()) -> bool:
        """Whether `user` may put articles into `channel`, or into any channel for one of `stations`."""
        if self.coverage(user, ["add", "change"]) is None:
            return True
        place = Q(channels=channel) | Q(stations__in=list(stations))
        return Desk.objects.filter(place, group__user=user).exists()


policy = ArticlePermissionPolicy(Article)


def register() -> None:
    register_permission_policy(Article, policy)
