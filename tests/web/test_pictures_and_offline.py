"""A gallery looked through, and reading without a network, in a real browser."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("browser")
# In none of the channels whose articles are weighed elsewhere.
WRITE = """
from django.utils import timezone
from meiri.media.models import Picture
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from meiri.sections.models import Channel
pictures = [{"image": p, "caption": f"说明{n}", "credit": ""} for n, p in enumerate(Picture.objects.all()[:3], 1)]
article = Article(title="三幅照片", channel=Channel.objects.exclude(slug__in=["shendu", "yaowen", "kuaishan", "jishi"]).first(), live=False, kind="gallery")
article.body = [("text", "<p>正文。</p>"), ("gallery", {"pictures": pictures}), ("text", "<p>完。</p>")]
article.save()
article.published_at = timezone.now().replace(year=2019)
print(publish(article).get_absolute_url())
"""


@pytest.fixture(scope="module")
def gallery(site) -> str:
    return site.run(WRITE).strip()


def test_a_gallery_is_looked_through_by_keys_and_each_picture_has_an_address(reader, gallery):
    page = reader.new_page()
    page.goto("/hot/")
    page.goto(gallery)
    viewer, counter = page.get_by_role("dialog", name="组图"), page.locator(".viewer .counter")
    page.locator("a[data-picture]").first.press("Enter")
    expect(viewer).to_be_visible()
    expect(counter).to_have_text("1 / 3")
    page.keyboard.press("ArrowRight")
    expect(counter).to_have_text("2 / 3")
    assert page.url.endswith("#tu-2")
    expect(viewer.locator(".words")).to_contain_text("说明2")
    page.keyboard.press("z")
    expect(page.locator(".slide.enlarged")).to_have_count(1)
    page.keyboard.press("-")
    page.keyboard.press("End")
    expect(counter).to_have_text("3 / 3")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page.locator("a[data-picture]").nth(2)).to_be_focused()
    page.wait_for_function("location.hash === ''")
    page.locator("a[data-picture]").first.click()
    page.go_back()
    expect(viewer).to_be_hidden()
    page.goto("about:blank")
    page.goto(gallery + "#tu-3")
    expect(counter).to_have_text("3 / 3")


def test_without_a_script_the_gallery_is_a_list_that_leads_to_its_pictures(browser, site, gallery):
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(gallery)
    assert page.locator(".gallery figure").count() == 3
    with page.expect_response(
        lambda answer: "/media/pictures/" in answer.url and answer.url.endswith(".jpeg")
    ) as found:
        page.locator("a[data-picture]").first.click()
    assert found.value.ok
    context.close()


def test_what_was_opened_is_read_without_a_network_and_the_rest_says_so(browser, site, gallery):
    context = browser.new_context(base_url=site.url, has_workers=True)
    page = context.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller")
    page.goto(gallery)
    page.wait_for_function("caches.match(location.pathname)")
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("三幅照片")
    page.goto("/letters/")
    expect(page.get_by_role("heading", level=1)).to_have_text("现在没有网络")
    expect(page.locator("[data-kept] a", has_text="三幅照片")).to_be_visible()
    # Once there is a network again, the page that was asked for comes by itself.
    with page.expect_navigation():
        context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("现在没有网络")
    assert page.url == f"{site.url}/letters/"
    page.goto(gallery)
    expect(page.get_by_role("heading", level=1)).to_have_text("三幅照片")
    context.close()
