"""By which rules the site puts its lists in order (本站的排序规则), with the numbers that the rules work with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from meiri.audience import counting_searches, hot, hot_searches, reader_number, view_counts
from meiri.audience.hot import Window
from meiri.fronts import layout
from meiri.search import finding, related_reading, related_selection
from meiri.web import fronts, rolling


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


def rules_that_hold() -> dict[str, Any]:
    """What the rules say, in the modules that keep them: each number is read where the list reads it. No query."""
    return {
        "windows": [WindowRule.of(window) for window in hot.WINDOWS.values()],
        "hot": hot,
        "once": duration_in_words(timedelta(seconds=view_counts.WINDOW)),
        "readers": reader_number,
        "searches": hot_searches,
        "searching": counting_searches,
        "searched_back": duration_in_words(counting_searches.KEPT),
        "related": related_reading,
        "selection": related_selection,
        "search": finding,
        "fresh_percent": round(finding.FRESH * 100),
        "channel_lines": fronts.SHOWN,
        "rolling_lines": rolling.SHOWN,
        "pictures": layout.FEWEST_CARDS,
    }
