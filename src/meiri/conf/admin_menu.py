"""The menu of the newsroom: what all apps and Wagtail put into it, in groups by the work it is for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from meiri.policy.wagtail_hooks import opens, view_of


@dataclass(frozen=True)
class MenuGroup:
    """Entries of one kind of work, by the names of the views that they lead to, in the order in which they are shown."""

    name: str
    label: str
    icon: str
    views: tuple[str, ...]


def lists(*models: str) -> tuple[str, ...]:
    """The lists of snippets, written `app_model`."""
    return tuple(f"wagtailsnippets_{model}:list" for model in models)


GROUPS = (
    MenuGroup(
        "today",
        "今日",
        "home",
        (
            *("wagtailadmin_home", "dashboard", "planning_board", "planning_calendar"),
            *("planning_duty", "planning_sheet"),
        ),
    ),
    MenuGroup(
        "articles",
        "稿件",
        "doc-full",
        (
            *("wagtailsnippets_newsroom_article:list", "wagtailsnippets_newsroom_article:add"),
            *(
                "ingest_import",
                "wires_desk",
                "proposals_inbox",
                "live_coverages",
                "corrections_desk",
                "recycle_bin",
            ),
        ),
    ),
    MenuGroup(
        "reviewing",
        "审校",
        "clipboard-list",
        ("review_inbox", "review_sheets", "review_inspection", "sources_exceptions"),
    ),
    MenuGroup(
        "readers",
        "互动",
        "comment",
        (
            *(
                "comments_queue",
                "letters_desk",
                "reports_inbox",
                "contributors_desk",
                "avatars_desk",
                "polls_desk",
            ),
            *lists("comments_wordrule", "comments_question"),
        ),
    ),
    MenuGroup(
        "fronts",
        "版面",
        "desktop",
        (
            "wagtailadmin_explore_root",
            *lists("fronts_noticebar", "fronts_greying", "fronts_stationfront", "fronts_advertisement"),
            *lists(
                "audience_hotrule",
                "audience_searchrule",
                "sections_channel",
                "sections_station",
                "sections_subsection",
                "sections_topic",
            ),
            *lists("sections_navigationitem", "fronts_friendlink"),
        ),
    ),
    MenuGroup(
        "material",
        "资料",
        "folder-open-inverse",
        (
            *("wagtailimages:index", "wagtaildocs:index", "media_licences"),
            *lists("newsroom_source", "sources_sourcelisting", "newsroom_author"),
            *lists("proofing_styleword", "proofing_registeredname"),
            "proofing_dismissals",
            *lists("delivery_protectedterm", "staff_presscard"),
        ),
    ),
    MenuGroup("reports", "报告", "site", ("journal_list",)),
    MenuGroup(
        "settings",
        "系统",
        "cogs",
        (
            *("people", *lists("newsroom_desk"), "review_chains", "publication_rules"),
            "ingest_move_ins",
            "wagtailsettings:edit",
        ),
    ),
)
# Where each view stands: its group, and its place in it.
PLACES = {view: (group.name, place) for group in GROUPS for place, view in enumerate(group.views)}
# What no group names stands at the end of one of these: where Wagtail has it, else with the settings.
REPORTS, OTHERS = "reports", "settings"
KEPT = "help"


class SortedMenu(Menu):
    """A menu whose entries stand as they are given, whatever numbers they were registered with."""

    def render_component(self, request):
        return [item.render_component(request) for item in self.menu_items_for_request(request)]


def group_entries(items: list[MenuItem], request) -> list[MenuItem]:
    """The entries of the whole menu in their groups; a group of one entry is that entry. `items` is what `request` is shown."""
    kept = [item for item in items if item.name == KEPT]
    found: dict[str, list[tuple[int, MenuItem]]] = {group.name: [] for group in GROUPS}
    for origin, item in flat([item for item in items if item.name != KEPT], request):
        name, place = place_of(item, origin)
        found[name].append((place, item))
    grouped = []
    for order, group in enumerate(GROUPS):
        entries = [item for _, item in sorted(found[group.name], key=lambda placed: placed[0])]
        if len(entries) == 1:
            grouped.append(SoleEntry(entries[0], order))
        elif entries:
            grouped.append(
                SubmenuMenuItem(
                    group.label,
                    SortedMenu(items=entries),
                    name=f"group-{group.name}",
                    icon_name=group.icon,
                    order=order,
                )
            )
    return grouped + kept


class SoleEntry(MenuItem):
    """An entry that stands in the menu by itself, where its group has its place."""

    def __init__(self, item: MenuItem, order: int):
        super().__init__(item.label, item.url, item.name, item.classname, item.icon_name, item.attrs, order)


def flat(items: Iterable[MenuItem], request) -> Iterator[tuple[str, MenuItem]]:
    """Each entry that leads somewhere with the name of the menu that it stood in."""
    for item in items:
        if isinstance(item, SubmenuMenuItem):
            # Menus of Wagtail's own have left out what does not open.
            is_asked = item.menu.construct_hook_name is not None
            for entry in item.menu.menu_items_for_request(request):
                if is_asked or opens(request, entry):
                    yield item.name, entry
        else:
            yield "", item


def place_of(item: MenuItem, origin: str) -> tuple[str, int]:
    """The group of an entry and its place in it."""
    return PLACES.get(view_name(item)) or (REPORTS if origin == REPORTS else OTHERS, 100 + item.order)


def view_name(item: MenuItem) -> str:
    match = view_of(item)
    return match.view_name if match else ""
