"""Times as Chinese pages write them."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
# Characters of a machine-written time; RFC 822 needs 40.
LONGEST = 100

_DATE = r"(?P<year>(?:19|20)\d\d)\s?(?:年|[-/.])\s?(?P<month>\d{1,2})\s?(?:月|[-/.])\s?(?P<day>\d{1,2})(?!\d)\s?日?"
_WEEKDAY = r"(?:\s*[（(]?(?:星期|周)[一二三四五六日天][）)]?)?"
_CLOCK = (
    r"(?:[\sT　]*(?P<half>上午|下午|晚上|中午|凌晨|早上|[ap]m\b)?[\s　]*"
    r"(?P<hour>\d{1,2})\s?(?:[:：]|时|点)\s?(?P<minute>\d{1,2})(?!\d)(?:\s?(?:[:：]|分)\s?(?P<second>\d{1,2})(?!\d))?"
    r"(?:分|秒)?(?:\.\d{1,9})?\s?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
)
WRITTEN = re.compile(r"(?<![\d.])" + _DATE + _WEEKDAY + _CLOCK, re.IGNORECASE)
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_DATE = re.compile(
    r"([二一][〇○零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日"
)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])(?!\d)")


def read_time(text: str, now: datetime | None = None) -> tuple[datetime, bool] | None:
    """The first sensible time in `text` and whether it says the time of day. Beijing time where no zone is given."""
    for match in WRITTEN.finditer(_with_digits(text)):
        if found := _as_time(match, now):
            return found
    return None


def read_iso(text: str) -> tuple[datetime, bool] | None:
    """A machine-written time: ISO 8601, RFC 822, or seconds since 1970."""
    text = text[:LONGEST].strip()
    if re.fullmatch(r"1\d{9}(?:\d{3})?", text):
        return datetime.fromtimestamp(int(text[:10]), tz=BEIJING), True
    if compact := re.fullmatch(r"((?:19|20)\d\d)(\d\d)(\d\d)", text):
        text = "-".join(compact.groups())
    if found := read_time(text):
        return found
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)), True


def date_in_address(url: str) -> datetime | None:
    """The day that an article's address names (/2026/11/23/, /20261123/, /2026-11-23/)."""
    match = _IN_ADDRESS.search(url)
    if not match:
        return None
    try:
        return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=BEIJING)
    except ValueError:
        return None


def _as_time(match: re.Match, now: datetime | None) -> tuple[datetime, bool] | None:
    hour, minute, second = (int(match[x] or 0) for x in ("hour", "minute", "second"))
    half = (match["half"] or "").lower()
    if (half in ("下午", "晚上", "pm") and hour < 12) or (half == "中午" and hour < 10):
        hour += 12
    if half in ("am", "凌晨") and hour == 12:
        hour = 0
    try:
        moment = datetime(
            int(match["year"]), int(match["month"]), int(match["day"]), hour, minute, second, tzinfo=BEIJING
        )
    except ValueError:
        return None
    if zone := match["zone"]:
        moment = moment.replace(
            tzinfo=datetime.strptime(zone.upper(), "%z").tzinfo if zone[0] in "+-" else UTC
        )
    if moment > (now or datetime.now(UTC)) + timedelta(days=366):
        return None
    return moment, match["hour"] is not None


def _with_digits(text: str) -> str:
    """Dates in Chinese numerals (二〇二六年十一月二十三日) in digits."""
    return _CHINESE_DATE.sub(
        lambda m: f"{m[1].translate(_CHINESE_DIGITS)}年{_number(m[2])}月{_number(m[3])}日", text
    )


def _number(numerals: str) -> int:
    tens, ten, ones = numerals.rpartition("十")
    value = int(ones.translate(_CHINESE_DIGITS)) if ones else 0
    return value + (10 * (int(tens.translate(_CHINESE_DIGITS)) if tens else 1) if ten else 0)
