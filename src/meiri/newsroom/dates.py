"""How an article may be dated: one rule for the form, for imports and for whatever else publishes."""

from datetime import datetime

from django.utils import timezone

# The day of 《察世俗每月统记传》, the first periodical in Chinese: no article of a newspaper is older, and a year that is
# was mistyped.
EARLIEST = datetime(1815, 8, 5, tzinfo=timezone.get_default_timezone())


def fault_of_date(published_at: datetime | None, goes_live_at: datetime | None = None) -> str:
    """What is wrong with a time of publication, in words for the editor; empty where nothing is.

    What lies ahead is no time of publication yet, unless the article goes live by itself at `goes_live_at`, then or later.
    """
    if published_at is None:
        return ""
    if published_at < EARLIEST:
        return "发布时间不能早于 1815 年 8 月 5 日（最早的中文期刊创刊那天），请核对年份。"
    if published_at > timezone.now() and not (goes_live_at and goes_live_at >= published_at):
        return "发布时间不能晚于现在。要到那时才让读者看到，请填写“上线日期/时间”。"
    return ""
