"""What a page costs its reader, and whom it asks."""

import re
import time
import urllib.request

import brotli
import pytest

ARTICLE_BUDGET = 14 * 1024  # bytes: the page, its stylesheet and its scripts, compressed, before pictures

pytestmark = pytest.mark.xdist_group("browser")


def fetched(site, address: str) -> tuple[bytes, int]:
    """The content at an address and its size as it was sent."""
    request = urllib.request.Request(site.url + address, headers={"Accept-Encoding": "br"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        sent = answer.read()
        encoded = answer.headers.get("Content-Encoding") == "br"
    return (brotli.decompress(sent) if encoded else sent), len(sent)


def cost(site, address: str) -> int:
    page, size = fetched(site, address)
    parts = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', page.decode()))
    # What a video or a gallery brings with it.
    parts = {part for part in parts if not part.startswith("/assets/blocks.")}
    assert len(parts) == 3, f"one stylesheet and two scripts, not {parts}"
    return size + sum(fetched(site, part)[1] for part in parts)


def wait_for_related_reading(site) -> None:
    """Until the lists of related reading, which are worked out after the start, have come to the journal's end."""
    until = time.monotonic() + 120
    code = (
        "from meiri.journal.log import last_sequence; from meiri.journal.models import ConsumerOffset;"
        "print(last_sequence() - ConsumerOffset.objects.get(pk='related').sequence)"
    )
    while time.monotonic() < until:
        if site.run(code).strip() == "0":
            return
        time.sleep(0.5)
    pytest.fail("Related reading is not worked out.")


def articles_of(site, front: str) -> list[str]:
    return sorted(
        set(re.findall(r'href="(/[a-z]+/\d{4}/\d{4}/\d+\.html)"', fetched(site, front)[0].decode()))
    )


def test_every_article_stays_within_its_budget(site):
    addresses = [
        a for front in ("/shendu/", "/yaowen/", "/kuaishan/", "/jishi/") for a in articles_of(site, front)
    ]
    assert len(addresses) > 8
    wait_for_related_reading(site)
    assert any("更多推荐" in fetched(site, a)[0].decode() for a in addresses)
    costs = {a: cost(site, a) for a in addresses}
    assert max(costs.values()) <= ARTICLE_BUDGET, {a: c for a, c in costs.items() if c > ARTICLE_BUDGET}


@pytest.mark.parametrize("address", ["/", "/yaowen/", "/search/?q=水", "/letters/", "/members/login/"])
def test_no_request_leaves_the_site_and_its_policy_is_kept(reader, site, address):
    page = reader.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address, wait_until="networkidle")
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []
    assert complaints == []


def test_the_policy_admits_no_inline_script(reader):
    page = reader.new_page()
    policy = page.goto("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.broken=1\">')")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.text = 'window.broken=1'; document.body.append(s) }"
    )
    assert page.evaluate("window.broken") is None


def test_nothing_moves_while_an_article_loads(reader, site):
    page = reader.new_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.shift += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(articles_of(site, "/yaowen/")[0], wait_until="networkidle")
    assert page.evaluate("window.shift") < 0.02
