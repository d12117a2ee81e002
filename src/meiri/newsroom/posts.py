"""Posts (岗位): who works in which role at which places, from when until when, and for whom they stand in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from meiri.journal.public_models import Public
from meiri.newsroom.desks import Desk
from meiri.policy import administers
from meiri.policy.reach import Membership, Places, memberships_in, reach_of
from meiri.sections.models import Channel, Station


class PostQuerySet(models.QuerySet):
    def valid(self, on: date | None = None):
        """Those that hold on a day, today where none is given; one that stands in for another post holds no longer than that."""
        day = on or timezone.localdate()
        for own in ("", "deputy_for__"):
            self = self.filter(
                Q(**{f"{own}valid_from": None}) | Q(**{f"{own}valid_from__lte": day}),
                Q(**{f"{own}valid_until": None}) | Q(**{f"{own}valid_until__gte": day}),
            )
        return self


class Post(models.Model):
    """One role of one person. The role is a group, which says what it may do; the post says where and when.

    A post that stands in for another (代) has its role and its places.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="人员", on_delete=models.CASCADE, related_name="posts"
    )
    group = models.ForeignKey(Group, verbose_name="角色", on_delete=models.PROTECT, related_name="posts")
    everywhere = models.BooleanField("全站", default=False)
    channels = models.ManyToManyField(Channel, verbose_name="频道", blank=True, related_name="+")
    stations = models.ManyToManyField(Station, verbose_name="地方站", blank=True, related_name="+")
    valid_from = models.DateField("从", null=True, blank=True, help_text="从这一天起有效；不填则现在起。")
    valid_until = models.DateField(
        "到", null=True, blank=True, help_text="到这一天为止，含当天；不填则长期。"
    )
    deputy_for = models.ForeignKey(
        "self", verbose_name="代", null=True, blank=True, on_delete=models.CASCADE, related_name="deputies"
    )

    objects = PostQuerySet.as_manager()
    # Readers see nothing of it; the journal says all the same who could publish where.
    public = Public(
        ("user", "group", "everywhere", "valid_from", "valid_until", "deputy_for"),
        relations=("channels", "stations"),
        keys=lambda post: [],
    )

    class Meta:
        verbose_name = "岗位"
        verbose_name_plural = "岗位"
        default_permissions = ()
        indexes = [models.Index(fields=["valid_until"], name="posts_by_end")]

    def __str__(self):
        return f"{self.group} #{self.user_id}"

    def clean(self):
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": "结束日期早于开始日期。"})
        if self.deputy_for is None:
            return
        if self.deputy_for.deputy_for_id or self.deputy_for.pk == self.pk:
            raise ValidationError({"deputy_for": "请选被代的人自己的岗位，不能代一个代理的岗位。"})
        if self.deputy_for.user_id == self.user_id:
            raise ValidationError({"deputy_for": "不能代自己的岗位。"})

    @property
    def places_in_words(self) -> str:
        """Where it holds, in a few words. Give it the places with `prefetch_related`."""
        held = self.deputy_for or self
        if held.everywhere:
            return "全站"
        names = [str(place) for place in (*held.channels.all(), *held.stations.all())]
        more = f"等 {len(names)} 处" if len(names) > 4 else ""
        return "、".join(names[:4]) + more if names else "未定"


@dataclass(frozen=True)
class _Row:
    """A group of a user, or one of their posts."""

    group: int
    post: int | None
    deputy_for: int | None
    everywhere: bool | None
    valid_from: date | None
    valid_until: date | None
    held_from: date | None
    held_until: date | None

    def holds_on(self, day: date) -> bool:
        begins, ends = (self.valid_from, self.held_from), (self.valid_until, self.held_until)
        return all(b is None or b <= day for b in begins) and all(e is None or e >= day for e in ends)


def memberships_of(user) -> list[Membership]:
    """The memberships of `user` that hold now. At most six queries, one for whoever has neither groups nor posts.

    A group holds at its desk; one without a desk everywhere, but only for whoever has no post, valid or not: a group that was left
    over must not undo what the posts of a person are bound to.
    """
    rows = _rows_of(user)
    plain = [row.group for row in rows if row.post is None]
    desks = desks_of(plain) if plain else {}
    has_posts = len(plain) < len(rows)
    found = [Membership(group, desks.get(group)) for group in plain if group in desks or not has_posts]
    today = timezone.localdate()
    valid = [row for row in rows if row.post and row.holds_on(today)]
    places = _places_of({row.deputy_for or row.post for row in valid if not row.everywhere})
    for row in valid:
        where = None if row.everywhere else places[row.deputy_for or row.post]
        found.append(Membership(row.group, where, row.post, row.deputy_for))
    return found


def _rows_of(user) -> list[_Row]:
    number, yes, day = (
        Value(None, field) for field in (models.BigIntegerField(), models.BooleanField(), models.DateField())
    )
    groups = _group_rows().filter(user=user)
    posts = Post.objects.filter(user=user)
    rows = groups.values_list("group_id", number, number, yes, day, day, day, day).union(
        posts.values_list(
            "group_id",
            "pk",
            "deputy_for_id",
            Coalesce("deputy_for__everywhere", "everywhere"),
            "valid_from",
            "valid_until",
            "deputy_for__valid_from",
            "deputy_for__valid_until",
        ),
        all=True,
    )
    return [_Row(*row) for row in rows]


def _group_rows():
    """Who is in which group without a post."""
    return get_user_model().groups.through._default_manager.all()


def _places_of(posts: set) -> Mapping[Any, Places]:
    """The channels and stations of the posts of these keys."""
    found: dict[int, tuple[set[int], set[int]]] = {post: (set(), set()) for post in posts}
    if posts:
        for number, through in enumerate((Post.channels.through, Post.stations.through)):
            place = ("channel_id", "station_id")[number]
            for post, key in through._default_manager.filter(post__in=posts).values_list("post_id", place):
                found[post][number].add(key)
    return {post: (frozenset(channels), frozenset(stations)) for post, (channels, stations) in found.items()}


def desks_of(groups: Collection[int]) -> Mapping[int, Places]:
    """The places of the desks of those of `groups` (keys) that have one."""
    desks = Desk.objects.filter(group__in=groups).prefetch_related("channels", "stations")
    return {
        desk.group_id: (
            frozenset(channel.pk for channel in desk.channels.all()),
            frozenset(station.pk for station in desk.stations.all()),
        )
        for desk in desks
    }


def members_of(groups: Collection[int]):
    """The active users who are in any of `groups` (keys) now, by a post or without one. Where each works, `reach_of_groups` says."""
    posts = Post.objects.valid().filter(group__in=groups)
    users = get_user_model()._default_manager.filter(is_active=True)
    return users.filter(
        Q(pk__in=posts.values("user")) | Q(pk__in=_group_rows().filter(group__in=groups).values("user"))
    )


def acting_for(user, groups: Collection[int], thing) -> Post | None:
    """The post for which `user` stands in (代) when working on `thing` as a member of `groups` (keys): None where the user is a
    member there in their own right, or not at all."""
    if not user.is_active or administers(user):
        return None
    covering = [m for m in memberships_in(user, groups) if _covers(m, thing)]
    if not covering or any(membership.deputy_for is None for membership in covering):
        return None
    stood_in_for = [membership.deputy_for for membership in covering if membership.deputy_for]
    return Post.objects.select_related("user", "group").filter(pk__in=stood_in_for).order_by("pk").first()


def _covers(membership: Membership, thing) -> bool:
    reach = reach_of(membership)
    return reach.everywhere or (hasattr(thing, "stands_within") and thing.stands_within(reach))


def signature_of(user, acting: Post | None) -> str:
    """How `user` signs: by name, and for whom: “林小满（代沈青禾）”."""
    name = name_of(user)
    return f"{name}（代{name_of(acting.user)}）" if acting else name


def name_of(user) -> str:
    """The name that somebody signs with in the newsroom: not the one beside their comments."""
    return user.get_full_name() or str(user)
