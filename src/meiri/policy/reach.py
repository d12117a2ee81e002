"""Where the permissions of a person hold.

A person has permissions as a member of groups, each a bundle of what a role may do. A membership holds at the places that it
names (a post, or the desk of the group), or everywhere. A permission that is the person's own holds everywhere.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

# Channels and stations, by their keys.
Places = tuple[frozenset[int], frozenset[int]]


@dataclass(frozen=True)
class Membership:
    """Somebody's place in a group (its key): at `places`, None for everywhere; `post`, and the post that it stands in for, by
    their keys."""

    group: int
    places: Places | None = None
    post: int | None = None
    deputy_for: int | None = None


_memberships_of: Callable[..., Sequence[Membership]] | None = None


def register_memberships(memberships_of: Callable[..., Sequence[Membership]]) -> None:
    """Say how the memberships of a user that hold now are found: `memberships_of(user)`."""
    global _memberships_of
    _memberships_of = memberships_of


@dataclass(frozen=True)
class Reach:
    """The places where something is allowed. False where that is nowhere."""

    everywhere: bool = False
    channels: frozenset[int] = frozenset()
    stations: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()  # those of the memberships that are bound to places

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.groups)

    def __or__(self, other: "Reach") -> "Reach":
        if self.everywhere or other.everywhere:
            return EVERYWHERE
        return Reach(
            False,
            self.channels | other.channels,
            self.stations | other.stations,
            self.groups | other.groups,
        )

    def __and__(self, other: "Reach") -> "Reach":
        if self.everywhere:
            return other
        if other.everywhere:
            return self
        if not self or not other:
            return NOWHERE
        return Reach(
            False,
            self.channels & other.channels,
            self.stations & other.stations,
            self.groups | other.groups,
        )

    def has_channel(self, key: int | None) -> bool:
        return self.everywhere or key in self.channels

    def has_station(self, key: int | None) -> bool:
        return self.everywhere or key in self.stations

    def has_home(self, channel: int | None, station: int | None) -> bool:
        """Whether what stands with `station`, or else with `channel` (keys), stands within."""
        return self.has_station(station) if station else self.has_channel(channel)

    def q_homes(self, station: str = "station") -> Q:
        """The condition that a row stands within: with the station in its field `station`, or else with its `channel`."""
        if self.everywhere:
            return Q()
        return Q(**{station: None}, channel__in=self.channels) | Q(**{f"{station}__in": self.stations})


EVERYWHERE, NOWHERE = Reach(everywhere=True), Reach()


@dataclass(frozen=True)
class _Standing:
    own: frozenset[str]
    by_group: Mapping[int, frozenset[str]]
    memberships: Sequence[Membership]


def _standing(user) -> _Standing:
    """The permissions of `user`, kept with the object as Django keeps its own. Who is not stored has none."""
    if user.pk is None:
        return _Standing(frozenset(), {}, ())
    if (kept := getattr(user, "_policy_standing", None)) is not None:
        return kept
    from django.contrib.auth.models import Permission  # the app is looked at before models are

    own = Permission.objects.filter(user=user).values_list("content_type__app_label", "codename")
    if _memberships_of:
        memberships = tuple(_memberships_of(user))
    else:
        memberships = tuple(map(Membership, user.groups.values_list("pk", flat=True)))
    by_group: dict[int, set[str]] = {membership.group: set() for membership in memberships}
    granted = Permission.objects.filter(group__in=by_group).values_list(
        "group", "content_type__app_label", "codename"
    )
    for group, app, codename in granted:
        by_group[group].add(f"{app}.{codename}")
    standing = _Standing(
        frozenset(f"{app}.{codename}" for app, codename in own),
        {group: frozenset(names) for group, names in by_group.items()},
        memberships,
    )
    user._policy_standing = standing
    return standing


def forget_standing(user) -> None:
    """Let what `user` may do be read anew: its memberships were changed."""
    user.__dict__.pop("_policy_standing", None)


def reach(user, *permissions: str) -> Reach:
    """Where `user` has any of `permissions` (`app.codename`). Whoever is not active has none, an administrator all."""
    if user.is_active and user.is_superuser:
        return EVERYWHERE
    return reach_held(user, *permissions)


def reach_held(user, *permissions: str) -> Reach:
    """Where `user` has any of `permissions` as their own or by a membership, whatever else they administer."""
    if not user.is_active:
        return NOWHERE
    wanted, standing = set(permissions), _standing(user)
    if wanted & standing.own:
        return EVERYWHERE
    return _of(m for m in standing.memberships if wanted & standing.by_group[m.group])


def reach_of_groups(user, groups: Collection[int]) -> Reach:
    """Where `user` works as a member of any of `groups` (keys)."""
    if not user.is_active:
        return NOWHERE
    if user.is_superuser:
        return EVERYWHERE
    return _of(memberships_in(user, groups))


def memberships_in(user, groups: Collection[int]) -> list[Membership]:
    """The memberships of `user` in any of `groups` (keys) that hold now."""
    return [membership for membership in _standing(user).memberships if membership.group in groups]


def _of(memberships: Iterable[Membership]) -> Reach:
    found = NOWHERE
    for membership in memberships:
        found |= reach_of(membership)
    return found


def reach_of(membership: Membership) -> Reach:
    """Where one membership holds."""
    if membership.places is None:
        return EVERYWHERE
    channels, stations = membership.places
    return Reach(False, channels, stations, frozenset({membership.group}))


def may_enter(user) -> bool:
    """Whether `user` may enter the newsroom's admin."""
    return bool(reach(user, "wagtailadmin.access_admin"))


def free_groups(user) -> frozenset[int]:
    """Those of the user's groups (keys) in which the user works everywhere."""
    return frozenset(m.group for m in _standing(user).memberships if m.places is None)


def groups_of(user) -> frozenset[int]:
    """The groups (keys) of which the user is a member now, by a post or without one."""
    return frozenset(m.group for m in _standing(user).memberships)


def groups_bound_by_posts(user) -> frozenset[int]:
    """Those of the user's groups (keys) in which the user works by posts alone, and nowhere everywhere."""
    memberships = _standing(user).memberships
    posts = frozenset(m.group for m in memberships if m.post and m.places is not None)
    return posts - frozenset(m.group for m in memberships if not m.post or m.places is None)
