"""Where the permissions of a person hold.

A permission that a group grants holds at the channels and stations of the group's desk; everywhere where the group has no
desk, or where the permission is the person's own.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

# The channels and stations (keys) of the desk of each group that has one.
Places = tuple[frozenset[int], frozenset[int]]
_desks_of: Callable[[Collection[int]], Mapping[int, Places]] | None = None


def register_desks(desks_of: Callable[[Collection[int]], Mapping[int, Places]]) -> None:
    """Say how the desks of groups are found: `desks_of(keys of groups)` gives those that have one."""
    global _desks_of
    _desks_of = desks_of


@dataclass(frozen=True)
class Reach:
    """The places where something is allowed. False where that is nowhere."""

    everywhere: bool = False
    channels: frozenset[int] = frozenset()
    stations: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()  # those whose desks bind it

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


EVERYWHERE, NOWHERE = Reach(everywhere=True), Reach()


@dataclass(frozen=True)
class _Standing:
    own: frozenset[str]
    by_group: Mapping[int, frozenset[str]]
    desks: Mapping[int, Places] = field(default_factory=dict)


def _standing(user) -> _Standing:
    """The permissions of `user`, kept with the object as Django keeps its own."""
    if (kept := getattr(user, "_policy_standing", None)) is not None:
        return kept
    from django.contrib.auth.models import Permission  # the app is looked at before models are

    own = Permission.objects.filter(user=user).values_list("content_type__app_label", "codename")
    groups = frozenset(user.groups.values_list("pk", flat=True))
    granted = Permission.objects.filter(group__in=groups).values_list(
        "group", "content_type__app_label", "codename"
    )
    by_group: dict[int, set[str]] = {group: set() for group in groups}
    for group, app, codename in granted:
        by_group[group].add(f"{app}.{codename}")
    standing = _Standing(
        frozenset(f"{app}.{codename}" for app, codename in own),
        {group: frozenset(names) for group, names in by_group.items()},
        dict(_desks_of(groups)) if _desks_of and groups else {},
    )
    user._policy_standing = standing
    return standing


def reach(user, *permissions: str) -> Reach:
    """Where `user` has any of `permissions` (`app.codename`). Whoever is not active has none, an administrator all."""
    if not user.is_active:
        return NOWHERE
    if user.is_superuser:
        return EVERYWHERE
    wanted, standing = set(permissions), _standing(user)
    if wanted & standing.own:
        return EVERYWHERE
    return _of_groups(standing, [group for group, names in standing.by_group.items() if wanted & names])


def reach_of_groups(user, groups: Collection[int]) -> Reach:
    """Where `user` works as a member of any of `groups` (keys)."""
    if not user.is_active:
        return NOWHERE
    if user.is_superuser:
        return EVERYWHERE
    standing = _standing(user)
    return _of_groups(standing, [group for group in standing.by_group if group in groups])


def _of_groups(standing: _Standing, groups: Collection[int]) -> Reach:
    if any(group not in standing.desks for group in groups):
        return EVERYWHERE
    return Reach(
        False,
        frozenset().union(*(standing.desks[group][0] for group in groups)),
        frozenset().union(*(standing.desks[group][1] for group in groups)),
        frozenset(groups),
    )


def may_enter(user) -> bool:
    """Whether `user` may enter the newsroom's admin."""
    return bool(reach(user, "wagtailadmin.access_admin"))


def bound_groups(user) -> frozenset[int]:
    """Those of the user's groups (keys) whose work is bound to a desk."""
    return frozenset(_standing(user).desks)
