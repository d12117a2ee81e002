"""What stands above every page for a while, as one small style sheet: pages that are stored show it without being made anew.

A style sheet is there before the first paint, so nothing moves, and it needs no script. Its words come as `content`; with script they
become text that can be copied, and can be put away on the device (notices.js).
"""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.fronts.notice_bars import Greying, NoticeBar, bars_in_force, greyings_in_force, has_any_to_come
from meiri.journal.content_keys import MINUTE, NOTICES
from meiri.newsroom.clock import local
from meiri.web.bundles import bundle_of_edition

GREY = "filter:grayscale(1)"
# How bars look. Their colours and sizes are the tokens of the page.
LOOK = (
    ".bars[hidden]{display:grid;grid-template-columns:minmax(0,1fr) max(3rem,(100% - var(--wide))/2 + 3rem)}"
    ".bars a{display:none;grid-area:1/1/2/3;padding-block:.5rem;padding-inline:max(1rem,(100% - var(--wide))/2 + 1rem)"
    " max(4rem,(100% - var(--wide))/2 + 4rem);font-weight:700;line-height:1.5;overflow-wrap:anywhere;"
    "background:var(--red-strong);color:var(--on-red);border-block-end:1px solid}"
    ".bars a.notice{grid-row:2;border-inline-start:0;background:var(--paper-2);color:var(--ink);font-weight:400}"
    ".bars a:hover{text-decoration:underline}"
    ".bars :focus-visible{outline-offset:-3px;outline-color:currentcolor}"
    ".bars a::before{content:var(--words)}.bars a[data-read]::before{content:none}"
    ".bars button{grid-area:1/2;justify-self:start;align-self:start;z-index:1;color:var(--on-red);background:none;border:0}"
    ".bars .notice+button{grid-row:2;color:var(--ink)}"
    "@media print{.bars[hidden]{display:none}}"
)


@page
def notices_css(request):
    """The style sheet: of bars, their words and how they look; of pages in grey, that they are. Four queries at most."""
    uses(NOTICES)
    if has_any_to_come():
        uses(MINUTE)
    bars = bars_in_force()
    uses(*(bar.article.content_key for bar in bars if bar.article))
    rules = [f':root{{--script:"{bundle_of_edition("notices.js").url}"}}', LOOK] if bars else []
    rules += [rule_of(bar) for bar in bars]
    rules += [f"{selector_of(greying)}{{{GREY}}}" for greying in greyings_in_force()]
    return HttpResponse("".join(rules) + "\n", content_type="text/css; charset=utf-8")


def rule_of(bar: NoticeBar) -> str:
    words = f"{bar.get_kind_display()}　{local(bar.since):%H:%M}　{bar.text}"
    at = f'[data-at="{bar.station.get_absolute_url().strip("/")}"]' if bar.station else ""
    place = f"{at} .bars .{bar.kind}" if at else f".bars .{bar.kind}"
    away = f'{at}[data-dismissed~="{bar.pk}"] .bars .{bar.kind}'
    return (
        f"{place}{{display:block;--bar:{bar.pk};--words:{quoted(words)}}}{away},{away}+button{{display:none}}"
    )


def selector_of(greying: Greying) -> str:
    if greying.reach == Greying.Reach.SITE:
        return ":root"
    return f'[data-at="{greying.channel.slug if greying.channel else "/"}"]'


def quoted(text: str) -> str:
    """`text` as a string of CSS. Whatever is no letter, digit or space is escaped by its number (CSS Syntax 3, 4.3.7)."""
    return '"' + "".join(c if c.isalnum() or c in " 　" else f"\\{ord(c):x} " for c in text) + '"'


def notice(request, kind: str):
    """Where the bar of a kind leads to, on the pages of `?station=` that of the station; where it leads nowhere, or is over by now, a page that says so."""
    if kind not in NoticeBar.Kind.values:
        raise Http404
    station = request.GET.get("station") or None
    bars = [bar for bar in bars_in_force() if bar.kind == kind]
    bar = next((bar for bar in bars if bar.station is None or bar.station.slug == station), None)
    if bar and bar.target:
        return redirect(bar.target)
    return render(
        request, "web/notice.html", {"bar": bar, "kind": NoticeBar.Kind(kind).label, "now": timezone.now()}
    )
