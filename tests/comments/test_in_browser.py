"""Comments in a real browser: with and without a script, by keyboard alone, and whatever was written stays text."""

import json
import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.web.test_accessibility import AXE, RULES

pytestmark = pytest.mark.xdist_group("browser")

PEOPLE = {
    "phone": {"viewport": {"width": 360, "height": 780}},
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone without scripts": {"viewport": {"width": 360, "height": 780}, "java_script_enabled": False},
    "desktop without scripts": {"viewport": {"width": 1440, "height": 900}, "java_script_enabled": False},
}
# Writes comments by the form that readers use, all in one thread of the newest article.
WRITE = """
import json, pathlib, secrets
from meiri.comments.models import Comment
from meiri.comments.moderation import approve_comment
from meiri.comments.submission import take_comment
from meiri.comments.writing import CommentForm
from meiri.newsroom.models import Article
article = Article.objects.live().select_related("channel").order_by("-pk")[0]
top = None
for name, text in json.loads(pathlib.Path({path!r}).read_text()):
    sent = {{"name": name, "text": text, "once": secrets.token_urlsafe(16), "reply_to": top}}
    form = CommentForm(sent)
    if "name" in form.errors:
        form = CommentForm({{**sent, "name": "读者"}})
    if form.is_valid():
        comment = approve_comment(Comment.objects.get(pk=take_comment(form.sent(article.pk)).comment))
        top = top or comment.pk
print(article.pk, top, Comment.objects.filter(reply_to=top).count())
"""


@pytest.fixture(scope="module")
def article(site) -> tuple[int, str]:
    """An article of the sample newsroom that has comments: its number and address."""
    said = site.run(
        "from meiri.comments.models import CommentCount; from meiri.newsroom.models import Article;"
        "a = Article.objects.live().get(pk=CommentCount.objects.filter(approved__gt=1)[0].pk);"
        "print(a.pk, a.get_absolute_url())",
    )  # fmt: skip
    number, address = said.split()[-2:]
    return int(number), address


@pytest.fixture(params=PEOPLE)
def page(request, browser, site):
    # Each is a visitor of its own.
    context = browser.new_context(
        base_url=site.url, locale="zh-CN", user_agent=request.param, **PEOPLE[request.param]
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.with_scripts = "without" not in request.param
    yield page
    context.close()


def test_a_reader_writes_likes_and_reports(page, article):
    number, address = article
    if page.with_scripts:
        page.goto(address)
        page.locator("#comments").scroll_into_view_if_needed()
        page.get_by_role("link", name="发表评论").click()
    else:
        page.goto(address)
        page.get_by_role("link", name="查看与发表评论").click()
    form = page.locator(".comment-form")
    form.get_by_label("昵称").fill("浏览器里的读者")
    form.get_by_label("评论").fill("从浏览器里发表。")
    form.get_by_role("button", name="发表评论").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已收到，审核后显示")
    assert re.search(r"/comments/receipt/[\w-]{22}/$", page.url)

    page.goto(f"/comments/{number}/")
    button = page.locator("[data-like]").first
    before = (
        int(button.inner_text().strip().rpartition(" ")[2] or 0) if button.locator("b").inner_text() else 0
    )
    button.click()
    expect(page.locator("[data-like]").first).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-like]").first.locator("b")).to_have_text(str(before + 1))
    page.locator("[data-like]").first.click()
    expect(page.locator("[data-like]").first).to_have_attribute("aria-pressed", "false")

    page.get_by_role("link", name="举报").first.click()
    page.get_by_label("其他", exact=True).check()
    page.get_by_role("button", name="提交举报").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已收到举报")


def test_the_script_does_the_work_that_the_form_asks_for(reader, article):
    page = reader.new_page()
    page.goto(f"/comments/{article[0]}/")
    page.locator(".comment-form").get_by_label("评论").focus()
    expect(page.locator("[name=work]")).to_have_value(re.compile(r"^\d+$"), timeout=30_000)


def waiting_comments(site, *texts: str) -> None:
    site.run(
        "import secrets; from meiri.comments.models import Comment; from meiri.newsroom.models import Article;"
        "a = Article.objects.live()[0];"
        f"[Comment.objects.create(article=a, name='排队的人', text=t, token_digest=secrets.token_hex(32)) for t in {texts!r}]",
    )  # fmt: skip


def test_the_queue_is_worked_by_keyboard_alone(editor, site):
    waiting_comments(site, "排队一", "排队二", "排队三", "排队四")
    page = editor.new_page()
    page.goto("/admin/comments/")
    expect(page.locator("[data-queue-keys]")).to_be_visible()
    row = {n: page.locator("tr[data-comment]", has_text=f"排队{n}") for n in "一二三四"}

    def go_to(number):
        for _ in range(page.locator("tr[data-comment]").count()):
            if row[number].evaluate("row => row === document.activeElement"):
                return
            page.keyboard.press("j")
        expect(row[number]).to_be_focused()

    go_to("一")
    page.keyboard.press("a")
    expect(row["一"]).to_have_count(0)
    go_to("二")
    page.keyboard.press("k")
    go_to("二")
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("2")
    expect(row["二"]).to_have_count(0)
    expect(page.locator("[data-queue-said]")).to_contain_text("1 条评论未通过")
    go_to("三")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("a")
    expect(row["三"]).to_have_count(0)
    page.goto("/admin/comments/?list=rejected")
    expect(page.locator("tr[data-comment]", has_text="排队二").first).to_contain_text("人身攻击")


def test_the_queue_needs_no_script(browser, site, administrators_cookies):
    texts = {n: f"{secrets.token_hex(4)}不用脚本审的{n}" for n in "甲乙丙"}
    waiting_comments(site, *texts.values())
    context = browser.new_context(base_url=site.url, **PEOPLE["phone without scripts"])
    context.set_default_timeout(20_000)
    context.add_cookies(administrators_cookies)
    page = context.new_page()
    page.goto("/admin/comments/")
    rows = page.locator("tr[data-comment]")
    row = {n: rows.filter(has_text=text).first for n, text in texts.items()}
    before = rows.count()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    text = row["甲"].get_by_text(texts["甲"])
    assert text.bounding_box()["width"] > 200
    text.click(trial=True)  # nothing lies upon it
    # Enter decides where a button is under the hand, and nowhere else: the first of the list is not meant.
    for n in "甲乙":
        row[n].get_by_role("checkbox").press("Space")
        row[n].get_by_role("checkbox").press("Enter")
    page.get_by_role("textbox", name="其他原因").press_sequentially("偏题")
    page.get_by_role("textbox", name="其他原因").press("Enter")
    page.get_by_role("button", name="不通过").press("Enter")
    expect(page.get_by_text("2 条评论未通过。")).to_be_visible()
    expect(rows).to_have_count(before - 2)
    row["丙"].get_by_role("button", name="通过").press("Enter")
    expect(page.get_by_text("1 条评论已通过。")).to_be_visible()

    page.goto("/admin/comments/?list=rejected")
    expect(row["乙"]).to_contain_text("未通过：偏题")
    page.set_viewport_size(PEOPLE["desktop"]["viewport"])
    page.goto("/admin/comments/?list=approved")
    row["丙"].get_by_role("button", name="精选").press("Enter")
    expect(page.get_by_text("1 条评论已精选。")).to_be_visible()
    row["丙"].get_by_role("link", name="记录与回复").press("Enter")
    page.get_by_label("以编辑部名义回复").press_sequentially("谢谢您的来信。")
    page.get_by_role("button", name="发表官方回复").press("Enter")
    expect(page.get_by_text("官方回复已发表。")).to_be_visible()
    page.get_by_role("link", name="看读者见到的页面").press("Enter")
    thread = page.get_by_role("main")
    expect(thread.get_by_text(texts["丙"]).first).to_be_visible()
    expect(thread.locator(".comment-official").filter(has_text="谢谢您的来信。").first).to_be_visible()
    context.close()


def test_no_page_of_comments_has_a_barrier(browser, site, article):
    for width in (360, 1440):
        context = browser.new_context(
            base_url=site.url, viewport={"width": width, "height": 800}, bypass_csp=True
        )
        context.add_init_script(path=AXE)
        page = context.new_page()
        page.goto(f"/comments/{article[0]}/")
        like = page.locator("[data-like]").first
        comment = like.get_attribute("data-like")
        found = []
        for address in (
            f"/comments/{article[0]}/?reply_to={comment}",
            f"/comments/{article[0]}/?thread={comment}",
            f"/comments/like/{comment}/",
            f"/comments/report/{comment}/",
        ):
            page.goto(address, wait_until="networkidle")
            found += violations(page)
        page.goto(article[1])
        page.locator("#comments").scroll_into_view_if_needed()
        page.get_by_role("link", name="发表评论").click()
        expect(page.locator(".comment-form")).to_be_visible()
        found += violations(page)
        context.close()
        assert not found, "\n".join(found)


# A comment that waits and one that was refused, whose receipts' keys are given.
DECIDED = """
import hashlib
from meiri.comments.moderation import reject_comment
from meiri.comments.models import Comment
from meiri.comments.submission import Sent, take_comment
for key in {keys!r}:
    taken = take_comment(Sent({article}, hashlib.sha256(key.encode()).hexdigest(), "写信的人", "盼望有回音。"))
    comment = Comment.objects.get(pk=taken.comment)
reject_comment(comment, "与稿件无关")
"""


def test_receipts_appeals_and_the_queue_have_no_barrier(browser, editor, site, article):
    waits, refused = "waits-for-a-moderator", "was-refused-by-one"
    site.run(DECIDED.format(keys=(waits, refused), article=article[0]))
    found = []
    for width in (360, 1440):
        size = {"width": width, "height": 800}
        context = browser.new_context(base_url=site.url, viewport=size, bypass_csp=True)
        context.add_init_script(path=AXE)
        page = context.new_page()
        page.goto(f"/comments/receipt/{waits}/")
        found += violations(page)
        page.goto(f"/comments/receipt/{refused}/")
        found += violations(page)
        # An appeal without a word is sent back with what to do about it, by keyboard alone.
        page.get_by_label("申诉理由").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("请写明申诉的理由")
        found += violations(page)
        page.goto(f"/comments/{article[0]}/")
        page.get_by_label("昵称").fill("每日新闻网编辑")
        page.get_by_role("button", name="发表评论").click()
        expect(page.get_by_role("alert")).to_contain_text("请换一个")
        found += violations(page)
        context.close()
    editor.add_init_script(path=AXE)
    page = editor.new_page()
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/admin/comments/")
        found += violations(page, "main")
        page.get_by_role("link", name="记录与回复").first.click()
        expect(page.get_by_role("button", name="发表")).to_be_visible()
        found += violations(page, "main")
    assert not found, "\n".join(found)


def test_an_appeal_and_a_decision_need_no_script(browser, site, article):
    key = "will-be-appealed-once"
    site.run(DECIDED.format(keys=(key,), article=article[0]))
    context = browser.new_context(base_url=site.url, **PEOPLE["phone without scripts"])
    page = context.new_page()
    page.goto(f"/comments/receipt/{key}/")
    expect(page.get_by_text("与稿件无关")).to_be_visible()
    page.get_by_label("申诉理由").fill("说的就是这篇稿件。")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("说的就是这篇稿件。")).to_be_visible()
    expect(page.get_by_label("申诉理由")).to_have_count(0)
    context.close()


def violations(page, part: str = "html") -> list[str]:
    found = page.evaluate(
        "([part, rules]) => axe.run(part, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        [part, RULES],
    )
    return [
        f"{page.url} {v['id']}: {n['html'][:160]} {n['failureSummary'][:300]}"
        for v in found["violations"]
        for n in v["nodes"]
    ]


def payloads(folder) -> list[str]:
    """What is known to break out of pages: naughty strings, and what parsers and cleaners are tested with."""
    found = json.loads((folder / "big-list-of-naughty-strings" / "blns.json").read_text())
    for path in sorted((folder / "html5lib-tests" / "tokenizer").glob("*.test")):
        found += [test["input"] for test in json.loads(path.read_text()).get("tests", [])]
    for path in sorted((folder / "bleach").rglob("*.test")):
        found.append(path.read_text().partition("\n--\n")[0])
    return [s for s in dict.fromkeys(found) if "<" in s or "script" in s.lower()]


def packed(texts: list[str]) -> list[tuple[str, str]]:
    """A name and a text for each of as few comments as hold all of `texts`."""
    comments, text = [], ""
    for one in texts:
        if len(text) + len(one) > 480 and text:
            comments.append(text)
            text = ""
        text += one[:480] + "\n"
    comments.append(text)
    return [(texts[n % len(texts)][:20], text) for n, text in enumerate(comments)]


def test_whatever_was_written_stays_text(browser, site, editor, shared_data, tmp_path):
    texts = payloads(shared_data / "security")
    assert len(texts) > 200
    path = tmp_path / "payloads.json"
    path.write_text(json.dumps(packed(texts)))
    said = site.run(WRITE.format(path=str(path)))
    article, thread, replies = (int(word) for word in said.split()[-3:])
    assert replies > 20
    # Without the policy, which would stop what got through.
    context = browser.new_context(base_url=site.url, bypass_csp=True)
    executed = []
    for screen, first in (
        (context.new_page(), f"/comments/{article}/?thread={thread}"),
        (editor.new_page(), "/admin/comments/?list=approved"),
    ):
        screen.on("dialog", lambda dialog: (executed.append(dialog.message), dialog.dismiss()))
        screen.on("pageerror", lambda error: executed.append(str(error)))
        address, shown = first, 0
        while address:
            screen.goto(address)
            shown += screen.locator(".comment-text, td.title").count()
            assert (
                screen.locator(
                    ":is(.comment-text, .comment-name bdi, td.title strong, td.title div) > *, .comment-name > :not(bdi)"
                ).count()
                == 0
            )
            following = screen.locator("[rel=next]")
            address = following.get_attribute("href") if following.count() else None
        assert shown >= min(replies, 50)
    context.close()
    assert executed == []
