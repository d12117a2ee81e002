"""Dates that there are not, and weekdays that disagree with their dates."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from meiri.proofing.rules.rule import Doubt, Known, Level, Rule

_WEEKDAYS = "一二三四五六日"
_SENTENCE_ENDS = "。！？；"
# So far back a year is looked for.
LONGEST_SENTENCE = 150


class ImpossibleDates(Rule):
    name = "impossible-date"
    label = "没有的日期"
    level = Level.ERROR
    explanation = "没有这一天。"
    norm = "GB/T 7408.1—2023《日期和时间》"
    _date = re.compile(r"(?:(?<!\d)(\d{4})年)?(?<![\d.])(\d{1,2})月(\d{1,2})日")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._date.finditer(text):
            year, month, day = int(found[1] or 0), int(found[2]), int(found[3])
            if not 1 <= month <= 12:
                yield Doubt(*found.span(), sentence="一年没有这个月。")
            elif not 1 <= day <= monthrange(year or 2000, month)[1]:
                yield Doubt(
                    *found.span(), sentence=f"{found[1] + '年' if year else ''}{month}月没有{day}日。"
                )


class WeekdayDisagrees(Rule):
    name = "weekday"
    label = "日期与星期不符"
    level = Level.ERROR
    explanation = "请核对日期和星期。"
    norm = "公历"
    _after = re.compile(
        r"(?:(?<!\d)(\d{4})年)?(?<![\d.])(\d{1,2})月(\d{1,2})日(?:[（(，,]|是|，?当地时间)?(?:星期|周|礼拜)([一二三四五六日天])(?!至|到|和|、|—)"
    )
    _before = re.compile(
        r"(?:星期|周|礼拜)([一二三四五六日天])(?:[（(，,]|，?也就是)(?:(?<!\d)(\d{4})年)?(\d{1,2})月(\d{1,2})日"
    )
    _year = re.compile(r"(?<!\d)(\d{4})年")

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        for found in self._after.finditer(text):
            yield from self._compare(text, found, found[1], found[2], found[3], found[4], known.day)
        for found in self._before.finditer(text):
            yield from self._compare(text, found, found[2], found[3], found[4], found[1], known.day)

    def _compare(self, text, found, year, month, day, weekday, today) -> Iterator[Doubt]:
        if year is None and self._other_year(text, found.start()):
            return
        meant = _nearest(int(year) if year else None, int(month), int(day), today)
        if meant is None:
            return
        right = _WEEKDAYS[meant.weekday()]
        if right != weekday.replace("天", "日"):
            at = found.start() + found[0].rindex(weekday) if found[0].endswith(weekday) else None
            sentence = f"{meant.year}年{meant.month}月{meant.day}日是星期{right}。"
            if at is None:
                yield Doubt(found.start(), found.end(), sentence=sentence)
            else:
                yield Doubt(at, at + 1, (right,), sentence)

    def _other_year(self, text: str, before: int) -> bool:
        """Whether the sentence has named a year already: the date may be of that one."""
        earliest = max(0, before - LONGEST_SENTENCE)
        start = max(earliest, *(text.rfind(mark, earliest, before) + 1 for mark in _SENTENCE_ENDS))
        return self._year.search(text, start, before) is not None


def _nearest(year: int | None, month: int, day: int, today: date) -> date | None:
    """The day that is meant: without a year, that nearest to `today`. None where there is no such day."""
    found = []
    for one in [year] if year else [today.year - 1, today.year, today.year + 1]:
        try:
            found.append(date(one, month, day))
        except ValueError:
            continue
    return min(found, key=lambda one: abs(one - today), default=None)
