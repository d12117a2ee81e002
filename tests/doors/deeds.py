"""What people of a newsroom do, through the admin's own forms: each with what must come of it.

A deed is a function of the robot. The role that does it, and the address where, are those of its findings.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.doors.newsroom import CHANNEL_DESK, NATION, STATION_DESK, Thing, mark
from tests.doors.robot import Robot

ARTICLE = "/admin/snippets/newsroom/article"
PAGE = "/admin/pages"
DEEDS: list[Callable[[Robot], None]] = []


def deed(function: Callable[[Robot], None]) -> Callable[[Robot], None]:
    DEEDS.append(function)
    return function


def _press(robot: Robot, role: str, address: str, button: str, **changed):
    visitor = robot.visitor(role)
    return visitor.send(visitor.form(address, button=button), **changed)


def _store(robot: Robot, address: str) -> None:
    """Readers ask for a page in both editions: it is stored from now on."""
    for edition in ("", "/zh-hant"):
        robot.reader.get(edition + address)


def _edit_article(pk: int) -> str:
    return f"{ARTICLE}/edit/{pk}/"


# Previews.


@deed
def previews_show_the_draft(robot: Robot) -> None:
    for state in ("draft", "live with a draft", "review"):
        for thing in robot.things("article", state=state):
            _preview(robot, thing, _edit_article(thing.pk), f"{ARTICLE}/preview/{thing.pk}/")
    for state in ("draft", "live with a draft"):
        for thing in robot.things("page", state=state):
            _preview(robot, thing, f"{PAGE}/{thing.pk}/edit/", f"{PAGE}/{thing.pk}/edit/preview/")


def _preview(robot: Robot, thing: Thing, editor: str, preview: str) -> None:
    visitor = robot.visitor("zhubian")
    title = next(m for m, what in thing.hidden.items() if "title" in what)
    addresses = [preview]
    with robot.deed("zhubian", preview, entries=0):
        visitor.post(preview, visitor.form(editor, field="title").values)
    if thing.kind == "article":
        addresses += [f"{ARTICLE}/history/{thing.pk}/revisions/{thing.revisions[-1]}/view/"]
        if task := _task_of(robot, thing):
            addresses += [f"{ARTICLE}/workflow/preview/{thing.pk}/{task}/"]
    else:
        addresses += [f"{PAGE}/{thing.pk}/view_draft/"]
        addresses += [f"{PAGE}/{thing.pk}/revisions/{thing.revisions[-1]}/view/"]
    for address in addresses:
        answer = visitor.get(address)
        if answer.status_code != 200 or title not in answer.text:
            shown = "something else than the draft" if answer.status_code == 200 else "no draft"
            robot.report.add("preview", "zhubian", address, f"{shown}: {answer.status_code}, {thing.state}")


def _task_of(robot: Robot, thing: Thing) -> int | None:
    """The task that the article waits for, as the review's own links name it to whoever may do it."""
    text = robot.visitor("zhubian").get(_edit_article(thing.pk)).text
    found = re.search(rf"workflow/preview/{thing.pk}/(\d+)/", text)
    return int(found[1]) if found else None


# Laid-out pages.


@deed
def the_home_page_is_laid_out_anew(robot: Robot) -> None:
    home, title = robot.thing("page", state="home"), mark()
    address = f"{PAGE}/{home.pk}/edit/"
    with robot.deed("zhubian", f"{address} 发布", entries=1):
        _store(robot, home.address)
        visitor = robot.visitor("zhubian")
        form = visitor.form(address, button="action-publish")
        at = next(n for n, _ in form.values if n.startswith("body-") and n.endswith("-value-title"))
        visitor.send(form, **{at: f"焦{title}"})
    robot.until(lambda: title in robot.reader.get("/").text)
    robot.check_page("zhubian", f"{address} 发布", home.pk, title)


@deed
def a_page_is_published_in_its_editor(robot: Robot) -> None:
    for state in ("draft", "live with a draft"):
        thing = robot.thing("page", state=state)
        address = f"{PAGE}/{thing.pk}/edit/"
        with robot.deed("zhubian", f"{address} 发布 {state}", entries=1):
            if thing.address:
                _store(robot, thing.address)
            _press(robot, "zhubian", address, "action-publish")
        robot.sight.publish(thing)
        title = next(m for m, what in thing.hidden.items() if "title" in what)
        robot.check_page("zhubian", f"{address} 发布 {state}", thing.pk, title)


@deed
def a_page_is_moved_unpublished_and_deleted(robot: Robot) -> None:
    topic = next(t for t in robot.things("page", state="live") if t.address.startswith("/zhuanti/"))
    page = next(t for t in robot.things("page", state="live") if t.address.startswith("/about/"))
    other = robot.thing("page", state="live with a draft")
    visitor = robot.visitor("zhubian")
    home = robot.thing("page", state="home")
    # Whatever is moved leaves a redirect behind.
    for thing, address, entries in (
        (other, f"{PAGE}/{other.pk}/move/{home.pk}/confirm/", 2),
        (topic, f"{PAGE}/{topic.pk}/unpublish/", 1),
        (page, f"{PAGE}/{page.pk}/delete/", 1),
    ):
        visitor.get(address)
        with robot.deed("zhubian", address, entries=entries):
            _store(robot, thing.address)
            visitor.post(address, [("reason", "内容过时")])
        robot.check_gone("zhubian", address, thing.address)


# Articles.


@deed
def odd_tags_break_no_page(robot: Robot) -> None:
    for tag in ("5G/6G", "A?B", "#话题#", "100%", "..", "a b，c", "标签" * 20):
        thing = robot.thing("article", owner=CHANNEL_DESK, state="live")
        address = _edit_article(thing.pk)
        with robot.deed("keji", f"{address} 发布"):
            _press(robot, "keji", address, "action-publish", tags=f'"{tag}"')
        title = next(m for m, what in thing.shown.items() if "title" in what)
        for edition in ("", "/zh-hant"):
            answer = robot.reader.get(edition + thing.address)
            if answer.status_code != 200 or title not in answer.text:
                robot.report.add("readers", "keji", thing.address, f"tag {tag!r}: {answer.status_code}")
    with robot.deed("keji", f"{address} 发布"):
        _press(robot, "keji", address, "action-publish", tags="")


@deed
def a_desk_publishes_in_its_own_places_only(robot: Robot) -> None:
    thing = robot.thing("article", owner=STATION_DESK, state="draft")
    address = _edit_article(thing.pk)
    visitor = robot.visitor("zhejiang")
    form = visitor.form(address, button="action-publish")
    offered = {name: [v for v in form.choices.get(name, []) if v] for name in ("channel", "stations")}
    with robot.deed("zhejiang", f"{address} 发布"):
        visitor.send(form, channel=offered["channel"][0], stations=offered["stations"])
    listed = robot.site.ask("listed", pk=thing.pk)
    foreign = sorted(set(listed["places"]) & {"channel:yaowen", "channel:keji", "station:beijing"})
    for place in foreign:
        robot.report.add("overreach", "zhejiang", f"{address} 发布", f"published in {place}")
    if listed["live"]:
        robot.sight.publish(thing)
        title = next(m for m, what in thing.hidden.items() if "title" in what)
        robot.check_article("zhejiang", f"{address} 发布", thing.pk, title)


@deed
def another_desks_article_is_out_of_reach(robot: Robot) -> None:
    for role, owner in (("keji", STATION_DESK), ("zhejiang", CHANNEL_DESK), ("jizhe", CHANNEL_DESK)):
        thing = robot.thing("article", owner=owner, state="review")
        task = thing.tasks[0]
        edit = _edit_article(thing.pk)
        visitor = robot.visitor(role)
        with robot.deed(role, f"{edit} 保存", may=False):
            form = visitor.form(edit, field="title")
            visitor.send(form, summary="别的编辑组改的")
        decisions = ["approve", "reject"] if role == "keji" else ["reject", "approve"]
        for address in (
            f"{ARTICLE}/lock/{thing.pk}/",
            f"{ARTICLE}/unlock/{thing.pk}/",
            *(f"{ARTICLE}/workflow/action/{thing.pk}/{decision}/{task}/" for decision in decisions),
            f"{ARTICLE}/workflow/confirm_cancellation/{thing.pk}/",
            f"{ARTICLE}/delete/{thing.pk}/",
        ):
            with robot.deed(role, address, may=False):
                visitor.get(address)
                visitor.post(address, [("comment", "不是我的稿")])


@deed
def a_new_version_is_scheduled(robot: Robot) -> None:
    thing = robot.thing("article", owner=NATION, state="live")
    address, title = _edit_article(thing.pk), mark()
    later = f"{datetime.now(ZoneInfo('Asia/Shanghai')) + timedelta(days=2):%Y-%m-%d %H:%M}"
    with robot.deed("zhubian", f"{address} 定时", entries=0):
        _press(robot, "zhubian", address, "action-publish", title=f"密{title}", go_live_at=later)
    old = next(m for m, what in thing.shown.items() if "title" in what)
    robot.check_article("zhubian", f"{address} 定时", thing.pk, old)


@deed
def an_article_is_withdrawn_and_published_again(robot: Robot) -> None:
    thing = robot.thing("article", owner=CHANNEL_DESK, state="live")
    title = next(m for m, what in thing.shown.items() if "title" in what)
    address = f"{ARTICLE}/unpublish/{thing.pk}/"
    visitor = robot.visitor("keji")
    with robot.deed("keji", address, entries=1):
        visitor.send(visitor.form(address, field="reason"), reason="来源失实")
    robot.check_article("keji", address, thing.pk, title)
    edit = _edit_article(thing.pk)
    with robot.deed("keji", f"{edit} 发布", entries=1):
        _press(robot, "keji", edit, "action-publish")
    robot.check_article("keji", f"{edit} 发布", thing.pk, title)


@deed
def saving_without_a_change_tells_nothing(robot: Robot) -> None:
    for address, field in (
        ("/admin/settings/fronts/sitesettings/", "organisation"),
        ("/admin/snippets/sections/channel/edit/1/", "name"),
        ("/admin/snippets/newsroom/source/edit/1/", "name"),
    ):
        visitor = robot.visitor("zhubian")
        with robot.deed("zhubian", address, entries=0):
            visitor.send(visitor.form(address, field=field))


# Readers' services.


@deed
def comments_are_moderated(robot: Robot) -> None:
    address = "/admin/comments/"
    visitor = robot.visitor("pinglun")
    for thing in robot.things("comment"):
        with robot.deed("pinglun", f"{address} 通过", entries=1):
            visitor.send(visitor.form(address, button="deed"), deed=f"approve-{thing.pk}")
        robot.sight.publish(thing)
        article = next(t for t in robot.things("article", owner=thing.owner, state="live") if t.address)
        fragment, text = f"/fragments/comments/{article.pk}/", next(iter(thing.hidden))
        if not robot.until(lambda at=fragment, text=text: text in robot.reader.get(at).text):
            robot.report.add("readers", "pinglun", fragment, "an approved comment is not shown")


# Pictures.


@deed
def pictures_in_use_are_deleted_by_nobody_else(robot: Robot) -> None:
    """And no deletion takes a page down."""
    for role, owner in (("zhejiang", CHANNEL_DESK), ("zhubian", STATION_DESK), ("zhubian", NATION)):
        thing = robot.thing("picture", owner=owner, state="in use")
        address = f"/admin/images/{thing.pk}/delete/"
        visitor = robot.visitor(role)
        with robot.deed(role, address, may=role == "zhubian"):
            _store(robot, "/")
            visitor.get(address)
            visitor.post(address, [])
        for at in ("/", "/zh-hant/", *(t.address for t in robot.things("article", owner=owner) if t.address)):
            robot.reader.get(at)
