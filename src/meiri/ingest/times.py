"""Times as Chinese pages write them."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
# Characters of a machine-written time; RFC 822 needs 40.
LONGEST = 100

# 2024-03-05, 2024年3月5日; 2024 and 03/05 set apart; 民國113年3月5日; 24-03-05 where a time of day follows; Mar 5, 2024; 5 March 2024.
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH_NAME = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember)?\.?"
)
_DATE = (
    r"(?:(?P<year>(?:19|20)\d\d)\s?(?:年|[-/.])\s?(?P<month>\d{1,2})\s?(?:月|[-/.])\s?(?P<day>\d{1,2})(?!\d)\s?日?"
    r"|(?P<year_apart>(?:19|20)\d\d)\s{1,4}(?P<month_apart>\d\d)[-/](?P<day_apart>\d\d)(?!\d)"
    r"|民[國国]\s?(?P<republic>\d{2,3})\s?年\s?(?P<month_republic>\d{1,2})\s?月\s?(?P<day_republic>\d{1,2})\s?日"
    r"|(?<![-/])(?P<year_short>\d\d)-(?P<month_short>\d\d)-(?P<day_short>\d\d)(?=\s{1,3}\d{1,2}[:：]\d\d)"
    rf"|(?<![a-z])(?P<name>{_MONTH_NAME})\s{{1,2}}(?P<day_name>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,2}}(?P<year_name>(?:19|20)\d\d)"
    rf"|(?P<day_first>\d{{1,2}})\s{{1,2}}(?P<name_second>{_MONTH_NAME}),?\s{{1,2}}(?P<year_last>(?:19|20)\d\d))"
)
_WEEKDAY = r"(?:\s{0,4}[（(]?(?:星期|周|週)[一二三四五六日天][）)]?)?"
_CLOCK = (
    r"(?:[\sT　,，]{0,8}(?:(?P<greenwich>格林[尼威]治(?:标准|標準)?[时時][间間])|北京[时時][间間]|(?:HKT|SGT|MYT)\b)?[\s　]{0,4}"
    r"(?P<half>上午|下午|晚上|中午|凌晨|早上|[ap]m\b)?[\s　]{0,4}"
    r"(?P<hour>\d{1,2})\s?(?:(?:[:：]|[时時]|[点點])\s?(?P<minute>\d{1,2})(?!\d)(?:\s?(?:[:：]|分)\s?(?P<second>\d{1,2})(?!\d))?"
    r"(?:分|秒)?(?:\.\d{1,9})?|[时時点點](?![间間\d])整?)"
    r"(?:\s?(?P<half_after>[ap]\.?m\b\.?))?\s?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
)
WRITTEN = re.compile(r"(?<![\d.])" + _DATE + _WEEKDAY + _CLOCK, re.IGNORECASE)
# How long ago: what a page says in place of a time, which then stands in an attribute.
RELATIVE = re.compile(
    r"刚刚|剛剛|(?:\d{1,3}|半)\s?(?:个|個)?(?:秒|分钟|分鐘|小时|小時|天|日|周|週|星期|月|年)(?:之)?前|(?:今天|昨天|前天)(?:\s?\d{1,2}:\d\d)?|\d{1,3} (?:second|minute|hour|day|week|month|year)s? ago",
    re.IGNORECASE,
)
_BASIC = re.compile(
    r"(?P<date>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:T?(?P<clock>[0-2]\d[0-5]\d(?:[0-5]\d)?)(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)
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


def without_times(text: str, instead: str = " ") -> str:
    """`text` with `instead` for each time in it, however it is written."""
    return WRITTEN.sub(instead, _with_digits(text))


def read_iso(text: str) -> tuple[datetime, bool] | None:
    """A machine-written time: ISO 8601, RFC 822, or seconds since 1970."""
    text = text[:LONGEST].strip()
    if re.fullmatch(r"1\d{9}(?:\d{3})?", text):
        return datetime.fromtimestamp(int(text[:10]), tz=BEIJING), True
    if compact := _BASIC.fullmatch(text):
        date, clock = compact["date"], compact["clock"] or ""
        text = f"{date[:4]}-{date[4:6]}-{date[6:]}"
        if clock:
            text += f"T{clock[:2]}:{clock[2:4]}:{clock[4:] or '00'}{compact['zone'] or ''}"
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
    half = (match["half"] or match["half_after"] or "").lower().replace(".", "")
    if (half in ("下午", "晚上", "pm") and hour < 12) or (half == "中午" and hour < 10):
        hour += 12
    if half in ("am", "凌晨") and hour == 12:
        hour = 0
    try:
        moment = datetime(*_day(match), hour, minute, second, tzinfo=BEIJING)
    except ValueError:
        return None
    if zone := match["zone"]:
        moment = moment.replace(
            tzinfo=datetime.strptime(zone.upper(), "%z").tzinfo if zone[0] in "+-" else UTC
        )
    elif match["greenwich"]:
        moment = moment.replace(tzinfo=UTC).astimezone(BEIJING)
    if moment > (now or datetime.now(UTC)) + timedelta(days=366):
        return None
    return moment, match["hour"] is not None


def _day(match: re.Match) -> tuple[int, int, int]:
    """Year, month and day, in whichever form they are written."""
    for year, month, day, since in (
        ("year", "month", "day", 0),
        ("year_apart", "month_apart", "day_apart", 0),
        ("republic", "month_republic", "day_republic", 1911),
        ("year_short", "month_short", "day_short", 2000),
    ):
        if match[year]:
            return int(match[year]) + since, int(match[month]), int(match[day])
    name = (match["name"] or match["name_second"])[:3].lower()
    year = match["year_name"] or match["year_last"]
    return int(year), _MONTHS.index(name) + 1, int(match["day_name"] or match["day_first"])


def _with_digits(text: str) -> str:
    """Dates in Chinese numerals (二〇二六年十一月二十三日) in digits."""
    return _CHINESE_DATE.sub(
        lambda m: f"{m[1].translate(_CHINESE_DIGITS)}年{_number(m[2])}月{_number(m[3])}日", text
    )


def _number(numerals: str) -> int:
    tens, ten, ones = numerals.rpartition("十")
    value = int(ones.translate(_CHINESE_DIGITS)) if ones else 0
    return value + (10 * (int(tens.translate(_CHINESE_DIGITS)) if tens else 1) if ten else 0)
