"""The API's documentation works in a browser under the site's policy, and asks nobody else."""

import pytest

pytestmark = pytest.mark.xdist_group("browser")


def test_the_documentation_is_drawn_and_can_be_tried_out(reader, site):
    page = reader.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/api/v1/docs", wait_until="networkidle")
    channels = page.locator(".opblock", has_text="/api/v1/channels/")
    channels.locator(".opblock-summary-control").click()
    channels.get_by_role("button", name="Try it out").click()
    channels.get_by_role("button", name="Execute").click()
    channels.locator(".live-responses-table", has_text='"slug": "yaowen"').wait_for()
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []
    assert complaints == []
