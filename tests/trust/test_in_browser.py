"""核验本文 in a real browser: it works everything out itself, and takes nobody's word."""

import json
import re
import time
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.web.test_lightness import articles_of

pytestmark = pytest.mark.xdist_group("browser")


def asked(site, address: str) -> str:
    with urllib.request.urlopen(site.url + address, timeout=20) as answer:  # noqa: S310
        return answer.read().decode()


def numbers_in_log(site, fronts=("/yaowen/", "/shendu/", "/jishi/")) -> list[str]:
    """Articles of the sample newsroom, once the worker has signed them into the log."""
    numbers = [re.search(r"(\d+)\.html", one)[1] for front in fronts for one in articles_of(site, front)[:3]]
    until = time.monotonic() + 60
    for number in numbers:
        while time.monotonic() < until:
            try:
                asked(site, f"/api/v1/articles/{number}/proof")
                break
            except urllib.error.HTTPError:
                time.sleep(0.2)
    return numbers


def test_a_reader_checks_an_article_and_is_not_deceived(reader, site):
    numbers = numbers_in_log(site)
    page = reader.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": 360, "height": 740})
    result = page.locator("[data-result]")
    page.goto("/yaowen/")
    page.locator(".lead-story h2 a").click()
    page.get_by_role("link", name="核验").click()
    for number in numbers:
        page.goto(f"/verify/#{number}")
        expect(result).to_have_text("核验通过。")
        expect(page.locator("[data-steps] li")).to_have_count(6)
    # Of two that are asked for at once, the one that was asked for last is shown, once.
    page.evaluate(f"location.hash = '#{numbers[0]}'; location.hash = '#{numbers[-1]}'")
    expect(result).to_have_text("核验通过。")
    expect(page.locator("[data-steps] li")).to_have_count(6)
    title = json.loads(asked(site, f"/api/v1/articles/{numbers[-1]}/text"))["title"]
    expect(page.locator("[data-facts] dd").first).to_have_text(title)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("pre [data-number]").first).to_have_text(numbers[-1])
    page.goto("about:blank")
    address = f"/verify/#{numbers[0]}"

    def deceived(pattern: str, change) -> str:
        def answer(route):
            response = route.fetch()
            route.fulfill(response=response, body=change(response.text()))

        page.route(pattern, answer)
        page.goto(address)
        page.reload()
        expect(page.locator("[data-verify]")).to_have_attribute("data-verified", "no")
        page.unroute(pattern)
        return page.locator("[data-steps] li").last.text_content()

    title = json.loads(asked(site, f"/api/v1/articles/{numbers[0]}/text"))["title"]
    assert deceived("**/text", lambda text: text.replace(title, "别的标题")).startswith("✗ 原文的摘要")
    other = asked(site, f"/api/v1/articles/{numbers[1]}/proof")
    assert deceived("**/proof", lambda text: other).startswith("✗ 记录说的是这篇稿件")
    assert deceived("**/proof", lambda text: re.sub(r"index \d+", "index 0", text)).startswith(
        "✗ 记录在日志里"
    )
    assert deceived("**/proof", lambda text: text.replace("\n— ", "\n— x", 1)).startswith(
        "✗ 日志有本站的签名"
    )
    assert deceived(
        f"**/{numbers[0]}.html",
        lambda html: html.replace('<div class="body">', '<div class="body"><p>有人加的一句话。</p>'),
    ).startswith("✗ 稿件页")
    assert deceived("**/meiri-log/key", lambda key: "另一家+00000000+AQ==").startswith("✗ 日志有本站的签名")
    assert complaints == []


def test_a_reader_checks_an_old_version_from_the_history(reader, site):
    (number, *_) = numbers_in_log(site, ("/shendu/",))
    site.run(
        "from meiri.newsroom.models import Article; from meiri.newsroom.publishing import publish;"
        "from meiri.review.reviewed_publication import publishing_unreviewed as unreviewed\n"
        f"article = Article.objects.get(pk={number})\n"
        "article.title, article.change_kind, article.change_reason = '改过的标题', 'correction', '标题有误'\n"
        "with unreviewed('测试'):\n    publish(article)\n"
    )
    page = reader.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    old = json.loads(asked(site, f"/api/v1/articles/{number}/versions/1/text"))["title"]
    assert old != "改过的标题"
    page.goto(f"/corrections/{number}/")
    expect(page.get_by_role("link", name="核验第 2 版")).to_be_visible()
    page.get_by_role("link", name="核验第 1 版").click()
    expect(page.locator("[data-result]")).to_have_text("核验通过。")
    expect(page.locator("[data-facts] dd").first).to_have_text(old)
    expect(page.locator("[data-facts]")).to_contain_text("第 1 版")
    expect(page.locator("[data-steps] li")).to_have_count(5)
    page.get_by_text("这一版的全文").click()
    expect(page.locator("[data-text] p").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    changed = page.context.new_page()
    changed.route(
        "**/versions/1/text",
        lambda route: route.fulfill(
            response=(answer := route.fetch()), body=answer.text().replace(old, "别的标题")
        ),
    )
    changed.goto(f"/verify/#{number}/1")
    expect(changed.locator("[data-verify]")).to_have_attribute("data-verified", "no")


def test_without_script_the_page_says_how_to_check_by_hand(browser, site):
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/verify/")
    assert "openssl dgst -sha256" in page.locator("main").inner_text()
    assert "没有运行脚本" in page.locator("main").inner_text()
    context.close()
