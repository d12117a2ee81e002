"""`/paixu/`: by which rules the site puts its lists in order (本站的排序规则), told with the numbers that the rules work with.

互联网信息服务算法推荐管理规定 (in force 2022-03-01), articles 16 and 17: the basic principles are public, and there is a way to use the
service that is not made for one's personal features. Here no list is: who asks changes nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.shortcuts import render

from meiri.audience import hot, reader_number, view_counts
from meiri.audience.hot import Window
from meiri.delivery.rendering import page
from meiri.fronts import layout
from meiri.search import finding, related_reading, related_selection
from meiri.web import fronts, rolling
from meiri.web.breadcrumbs import breadcrumbs


def duration_in_words(time: timedelta) -> str:
    """As it is said: 30 分钟, 6 小时, 2 天."""
    seconds = int(time.total_seconds())
    for size, word in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds % size == 0 and seconds >= size:
            return f"{seconds // size} {word}"
    return f"{seconds} 秒"


@dataclass(frozen=True)
class WindowRule:
    """How one hot list looks back, in words."""

    name: str
    back: str
    half_life: str

    @classmethod
    def of(cls, window: Window) -> "WindowRule":
        back, half_life = window.stretch * window.stretches, window.stretch * window.half_life
        return cls(window.heading, duration_in_words(back), duration_in_words(half_life))


@page
def ranking_rules(request):
    """The rules, in the modules that keep them: each number is read where the list reads it. No query."""
    context = {
        "windows": [WindowRule.of(window) for window in hot.WINDOWS.values()],
        "hot": hot,
        "once": duration_in_words(timedelta(seconds=view_counts.WINDOW)),
        "readers": reader_number,
        "related": related_reading,
        "selection": related_selection,
        "search": finding,
        "fresh_percent": round(finding.FRESH * 100),
        "channel_lines": fronts.SHOWN,
        "rolling_lines": rolling.SHOWN,
        "pictures": layout.FEWEST_CARDS,
        "crumbs": breadcrumbs([("本站的排序规则", request.path)]),
    }
    return render(request, "web/ranking_rules.html", context)
