"""WCAG 1.4.4: with letters of twice the size, as readers set them in their browsers, all of a page stays readable."""

import pytest

pytestmark = pytest.mark.xdist_group("browser")

PAGES = [
    *("/", "/yaowen/", "article", "comments", "/difang/", "/zazhi/", "/hot/", "/search/?q=水"),
    *("/letters/", "/letters/write/", "/staff/?q=林晚舟", "/members/register/", "/reports/barrier/"),
    *("/links/apply/", "/about/contact/", "/no-such-page/"),
]
# What can't be read: words and controls off the screen or upon one another, buttons too small for their words, lines
# of hardly a character. What scrolls by itself, and what is cut short on purpose, with the whole elsewhere, may.
UNREADABLE = """
() => {
  const bounds = (node, box) => {
    let {left, right, top, bottom} = box;
    for (let p = node.parentElement; p !== document.body; p = p.parentElement) {
      if (getComputedStyle(p).overflowX !== 'hidden') continue;
      const b = p.getBoundingClientRect();
      left = Math.max(left, b.left); right = Math.min(right, b.right);
      top = Math.max(top, b.top); bottom = Math.min(bottom, b.bottom);
    }
    return {node, left, right, top, bottom};
  };
  const scrolls = e => { for (let p = e; p !== document.body; p = p.parentElement)
    if (['auto', 'scroll'].includes(getComputedStyle(p).overflowX)) return true; return false; };
  const seen = e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !scrolls(e)
    && !e.closest('.visually-hidden, .trap, .skip-link, .reading-bar, select, script, style');
  const boxes = [], found = [];
  const name = node => (node.data?.trim() || node.outerHTML).slice(0, 50);
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const node = words.currentNode, parent = node.parentElement;
    if (!node.data.trim() || !seen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    // The ink of a line is lower than its box.
    for (const {left, right, top, bottom, height} of range.getClientRects())
      boxes.push(bounds(node, {left, right, top: top + height * 0.15, bottom: bottom - height * 0.15}));
    let block = parent;
    while (getComputedStyle(block).display === 'inline' || getComputedStyle(block).display === 'contents') block = block.parentElement;
    const room = block.clientWidth / parseFloat(getComputedStyle(parent).fontSize);
    if (node.data.trim().length > 6 && room < 3 && !block.closest('.breadcrumb')) found.push('squeezed: ' + name(node));
  }
  for (const e of document.querySelectorAll('button, .button, input, select, textarea, img')) {
    if (!seen(e)) continue;
    boxes.push(bounds(e, e.getBoundingClientRect()));
    if (e.matches('button, .button') && e.clientWidth && e.scrollWidth > e.clientWidth + 2) found.push('does not fit: ' + name(e));
  }
  const large = boxes.filter(b => b.right - b.left > 2 && b.bottom - b.top > 2);
  for (const [i, a] of large.entries()) {
    if (a.right > innerWidth + 1 || a.left < -1) found.push('off the screen: ' + name(a.node));
    for (const b of large.slice(i + 1)) {
      if (a.node.parentElement === b.node.parentElement && a.node.data && b.node.data) continue;
      if (a.node.contains(b.node) || b.node.contains(a.node)) continue;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 2 && high > 2) found.push(`covered: ${name(a.node)} / ${name(b.node)}`);
    }
  }
  const extra = document.documentElement.scrollWidth - innerWidth;
  return extra > 0 ? [...found, `${extra} px too wide`] : found;
}
"""


def test_nothing_is_cut_off_covered_or_squeezed(browser, site):
    context = browser.new_context(base_url=site.url, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/yaowen/")
    article = page.locator(".lead-story h2 a").get_attribute("href")
    number = article.rpartition("/")[2].removesuffix(".html")
    addresses = {"article": article, "comments": f"/comments/{number}/"}
    found = []
    for name in PAGES:
        page.goto(addresses.get(name, name))
        # A telephone held across shows 620 px or so: between the layouts of one column and of several.
        for percent, width in ((100, 620), (200, 360), (200, 1280)):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate("percent => { document.documentElement.style.fontSize = `${percent}%` }", percent)
            found += [
                f"{name}, {percent} % at {width} px: {line}"
                for line in dict.fromkeys(page.evaluate(UNREADABLE))
            ]
    context.close()
    assert not found, "\n".join(found)
