"""What a newsroom begins with: its groups, each with what roles.py says, and the review of every article (三审三校).

A group or a workflow that is there already stays as it is: what an administrator has changed is never changed back. A group
gets what a release brings anew; see new_permissions.py.
"""

from collections.abc import Container, Iterable

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
    WorkflowState,
    WorkflowTask,
)

from meiri.journal.recording import recording
from meiri.newsroom.models import Article, Desk, ReviewTask
from meiri.newsroom.roles import CHIEFS, EDITORS, ROLES, Role, with_built_on
from meiri.sections.models import Channel, Station

REVIEW = "三审三校"
# Each review with the groups that may do it. The last one publishes.
REVIEWS = (("初审", (EDITORS,)), ("复审", (EDITORS, CHIEFS)), ("终审", (CHIEFS,)))


@transaction.atomic
def create_newsroom() -> Workflow:
    """Make the groups and the review that are not there yet. Returns the review."""
    for name, role in ROLES.items():
        create_group(name, role)
    return create_review()


def create_group(name: str, role: Role, collection: Collection | None = None) -> Group:
    """The group of that name; a new one may do what `role` says."""
    group, new = Group.objects.get_or_create(name=name)
    if new:
        may_do(group, role, collection)
    return group


def may_do(
    group: Group, role: Role, collection: Collection | None = None, only: Container[str] | None = None
) -> None:
    """Let `group` do what `role` says, or what of it is among `only`; to pictures and documents in `collection`, or in all."""

    granted = {*role.everywhere, *role.in_collections, *role.choosing, *role.on_pages}
    found = named(name for name in granted if only is None or name in only)

    def of(names: tuple[str, ...]) -> list[Permission]:
        return [found[name] for name in sorted({*names} & found.keys())]

    group.permissions.add(*of(role.everywhere))
    everything, every_page = Collection.get_first_root_node(), Page.get_first_root_node()
    for names, where in ((role.in_collections, collection or everything), (role.choosing, everything)):
        for permission in of(names):
            GroupCollectionPermission.objects.create(group=group, collection=where, permission=permission)
    for permission in of(role.on_pages):
        GroupPagePermission.objects.create(group=group, page=every_page, permission=permission)


def named(names: Iterable[str]) -> dict[str, Permission]:
    """The permission of each name written `app.codename`. Raises `LookupError` where one does not exist."""
    wanted = {*names}
    codenames = {name.split(".")[1] for name in wanted}
    found = Permission.objects.filter(codename__in=codenames).select_related("content_type")
    permissions = {f"{p.content_type.app_label}.{p.codename}": p for p in found}
    if missing := wanted - permissions.keys():
        raise LookupError(f"No such permissions: {', '.join(sorted(missing))}. Run `meiri migrate` first.")
    return {name: permissions[name] for name in wanted}


@recording()
def create_desk(name: str, channels: Iterable[Channel] = (), stations: Iterable[Station] = ()) -> Desk:
    """The desk of the group `name`: editors of these channels and stations, who review what is sent from them.

    Its pictures and documents are in a collection of its own: all may choose them, the desk changes them.
    """
    group = create_group(name, ROLES[EDITORS], collection_of(name))
    desk, new = Desk.objects.get_or_create(group=group)
    if new:
        desk.channels.set(channels)
        desk.stations.set(stations)
        for task in ReviewTask.objects.filter(groups__name=EDITORS):
            task.groups.add(group)
    return desk


def collection_of(name: str) -> Collection:
    """The collection of the desk of that name."""
    everything = Collection.get_first_root_node()
    return everything.get_children().filter(name=name).first() or everything.add_child(name=name)


def create_review() -> Workflow:
    """三审三校: three reviews in order, for articles and for pages. An article that passed all three is published."""
    found = Workflow.objects.filter(name=REVIEW).first()
    if found:
        return found
    review = Workflow.objects.create(name=REVIEW)
    for order, (name, groups) in enumerate(REVIEWS):
        task = ReviewTask.objects.create(name=name)
        task.groups.set(Group.objects.filter(name__in=with_built_on(groups)))
        WorkflowTask.objects.create(workflow=review, task=task, sort_order=order)
    articles = ContentType.objects.get_for_model(Article)
    WorkflowContentType.objects.get_or_create(content_type=articles, defaults={"workflow": review})
    retire_wagtails_own()
    WorkflowPage.objects.get_or_create(page=Page.get_first_root_node(), defaults={"workflow": review})
    return review


def retire_wagtails_own() -> None:
    """Remove the groups and the workflow that Wagtail's migrations bring, where nobody uses them."""
    groups = Group.objects.filter(name__in=["Moderators", "Editors"])
    workflows = Workflow.objects.filter(name="Moderators approval")
    if WorkflowState.objects.filter(workflow__in=workflows).exists():
        return
    if groups.filter(user__isnull=False).exists():
        return
    GroupApprovalTask.objects.filter(
        name="Moderators approval", workflow_tasks__workflow__in=workflows
    ).delete()
    workflows.delete()
    groups.delete()
