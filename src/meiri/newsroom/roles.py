"""What the groups of a newsroom may do in the beginning: each app says it of its own models, in its `permissions.py`."""

from collections.abc import Iterable
from dataclasses import dataclass

CONTRIBUTORS, REPORTERS, EDITORS, CHIEFS = "通讯员", "记者", "编辑", "主编"
CHANNEL_CHIEFS, STATION_EDITORS, STATION_CHIEFS = "栏目主编", "地方站编辑", "地方站站长"
PROOFREADERS, DUTY_CHIEFS, EDITORS_IN_CHIEF, OPERATORS = "校对", "值班总编", "总编辑", "系统管理员"
MODERATORS = "评论审核员"
# Whoever has one of these roles may what those of another one may, and reviews what they review; where, their posts say.
BUILT_ON = {
    CHANNEL_CHIEFS: EDITORS,
    STATION_EDITORS: EDITORS,
    STATION_CHIEFS: EDITORS,
    DUTY_CHIEFS: CHIEFS,
    EDITORS_IN_CHIEF: CHIEFS,
}


@dataclass(frozen=True)
class Role:
    """What a group may do. Permissions are written `app.codename`."""

    everywhere: tuple[str, ...] = ()
    in_collections: tuple[str, ...] = ()  # those of a desk in its own
    choosing: tuple[str, ...] = ()  # in all collections
    on_pages: tuple[str, ...] = ()

    def __add__(self, more: "Role") -> "Role":
        return Role(
            self.everywhere + more.everywhere,
            self.in_collections + more.in_collections,
            self.choosing + more.choosing,
            self.on_pages + more.on_pages,
        )


ROLES: dict[str, Role] = {}


def grant(group: str, role: Role) -> None:
    """Let the group of that name, and those that are built on it, do what `role` says, besides what others grant them. What
    `EDITORS` may, each desk may."""
    for name in with_built_on([group]):
        ROLES[name] = ROLES.get(name, Role()) + role


def with_built_on(names: Iterable[str]) -> list[str]:
    """The roles of these names, and those that are built on them."""
    wanted = list(names)
    return wanted + [name for name, base in BUILT_ON.items() if base in wanted and name not in wanted]


def permissions(app: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{app}.{name}" for name in names)


def whole(app: str, *models: str) -> tuple[str, ...]:
    """Add, change and delete each of `models`."""
    return permissions(app, *(f"{deed}_{model}" for model in models for deed in ("add", "change", "delete")))


ADMITTED = Role(("wagtailadmin.access_admin",))
# Whoever adds a picture or document may change that one.
REPORTER = ADMITTED + Role(
    permissions("newsroom", "add_article", "change_article"),
    in_collections=("wagtailimages.add_image", "wagtaildocs.add_document"),
    choosing=("wagtailimages.choose_image", "wagtaildocs.choose_document"),
)
# Reads and mends what a proof pass gives them; of their own they write nothing.
PROOFREADER = ADMITTED + Role(
    permissions("newsroom", "change_article"),
    choosing=("wagtailimages.choose_image", "wagtaildocs.choose_document"),
)
EDITOR = REPORTER + Role(
    permissions("newsroom", "publish_article", "delete_article", "lock_article", "unlock_article")
    + permissions("newsroom", "repair_article", "add_source", "add_author")
    + whole("sections", "subsection"),
    in_collections=("wagtailimages.change_image", "wagtaildocs.change_document"),
)
# What belongs to the nation is the chief editors'. Of the apps below, which know of no groups, the newsroom says it.
CHIEF = EDITOR + Role(
    permissions("newsroom", "change_source", "delete_source", "change_author", "delete_author")
    + whole("newsroom", "desk", "publicationrule")
    + whole("sections", "channel", "station", "topic", "navigationitem")
    + whole("delivery", "protectedterm")
    + whole("wagtailcore", "collection")
    + ("journal.view_entry",)
)


def grant_newsroom() -> None:
    """What the newsroom says of its own models."""
    for group, role in (
        (CONTRIBUTORS, REPORTER),
        (REPORTERS, REPORTER),
        (PROOFREADERS, PROOFREADER),
        (EDITORS, EDITOR),
        (CHIEFS, CHIEF),
        (EDITORS_IN_CHIEF, Role(permissions("newsroom", "erase_article"))),
        (OPERATORS, ADMITTED + Role(whole("newsroom", "desk") + whole("wagtailcore", "collection"))),
    ):
        grant(group, role)
