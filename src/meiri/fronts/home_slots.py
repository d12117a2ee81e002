"""Putting an article on home (上首页): the places that editors fill by hand, and one deed that fills one of them and publishes."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import transaction

from meiri.fronts.pages import HomePage
from meiri.newsroom.models import Article
from meiri.policy import check

# What is chosen for a row of places; each shows fewer.
MOST_PINNED = 20


@dataclass(frozen=True)
class HomeSlot:
    """A place on home, by the id of its block: what stands there by choice, and whether that is the article in question."""

    key: str
    label: str
    chosen: str = ""
    is_held: bool = False


def slots_for(article: Article) -> list[HomeSlot]:
    """The places of home that `article` may take: the lead, the pictures, and the block of its channel; none where the site has no
    home. Three queries."""
    home = HomePage.objects.first()
    if home is None:
        return []
    blocks = [(block, label) for block in home.body.raw_data if (label := _label(block, article)) is not None]
    chosen = {block["id"]: next(iter(_chosen(block)), None) for block, _ in blocks}
    titles = dict(
        Article.objects.filter(pk__in=[key for key in chosen.values() if key], live=True).values_list(
            "pk", "title"
        )
    )
    return [
        HomeSlot(block["id"], label, titles.get(chosen[block["id"]], ""), article.pk in _chosen(block))
        for block, label in blocks
    ]


def _label(block: dict[str, Any], article: Article) -> str | None:
    """How a place is called; None for a block that `article` has no place in."""
    match block["type"]:
        case "top":
            return "头条"
        case "carousel":
            return block["value"].get("title") or "焦点图"
        case "channel" if article.channel and block["value"].get("channel") == article.channel_id:
            return f"{article.channel.name}频道首位"
    return None


def _chosen(block: dict[str, Any]) -> list[int]:
    """The keys of the articles that editors chose for a block."""
    value = block["value"]
    if block["type"] == "top":
        return [value["lead"]] if value.get("lead") else []
    return [item["value"] if isinstance(item, dict) else item for item in value.get("pinned", [])]


def _choose(block: dict[str, Any], keys: list[int]) -> None:
    if block["type"] == "top":
        block["value"]["lead"] = keys[0] if keys else None
    else:
        block["value"]["pinned"] = list(_items(keys[:MOST_PINNED]))


def _items(keys: list[int]) -> Iterator[dict[str, Any]]:
    for key in keys:
        yield {"type": "item", "value": key, "id": str(uuid4())}


def put_on_home(article: Article, slot: str, by) -> None:
    """Let `article` stand first in a place of home, for readers at once. Raises `ValidationError` where readers can't see it or the
    place is gone, and `PermissionDenied`."""
    if not Article.objects.filter(pk=article.pk, live=True).exists():
        raise ValidationError("稿件还没有发布，不能上首页。")
    _fill(slot, article, by, lambda keys: [article.pk, *(key for key in keys if key != article.pk)])


def take_off_home(article: Article, slot: str, by) -> None:
    """Let a place be filled by itself again, or by those that were chosen after `article`. Raises as `put_on_home`."""
    _fill(slot, article, by, lambda keys: [key for key in keys if key != article.pk])


@transaction.atomic
def _fill(slot: str, article: Article, by, choose) -> None:
    home = HomePage.objects.select_for_update().first()
    if home is None:
        raise ValidationError("站点还没有首页。")
    check(by, "publish", home)
    lock = home.get_lock()
    if lock and lock.for_user(by):
        raise ValidationError("首页现在锁定，或已定时发布。请先在首页的编辑页解锁或取消定时，再来选位置。")
    # What others lay out and have not published stays a draft, with the same choice in it.
    draft = home.get_latest_revision_as_object() if home.has_unpublished_changes else None
    if slot not in {block["id"] for block in home.body.raw_data if _label(block, article) is not None}:
        raise ValidationError("首页上没有这个位置了，请刷新后再选。")
    _change(home, slot, choose)
    home.save_revision(user=by).publish(user=by)
    if draft is not None:
        _change(draft, slot, choose)
        draft.save_revision(user=by)


def _change(home: HomePage, slot: str, choose) -> None:
    blocks = copy.deepcopy(list(home.body.raw_data))
    for block in blocks:
        if block["id"] == slot:
            _choose(block, choose(_chosen(block)))
    home.body = HomePage._meta.get_field("body").to_python(json.dumps(blocks))
