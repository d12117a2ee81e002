"""How many letters came and were answered, by month and station. The numbers are kept, so that no page counts rows."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from meiri.letters.models import Letter, MonthCount, StageCount
from meiri.sections.models import Station

SHOWN_MONTHS = 12


def count_stage(stage: str, by: int) -> None:
    """Add `by` to the letters at `stage`. Call it in the transaction of the deed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO letters_stagecount (stage, letters) VALUES (%s, %s)"
            " ON CONFLICT (stage) DO UPDATE SET letters = letters_stagecount.letters + %s",
            [str(stage), max(by, 0), by],
        )


def count_received(letter: Letter, by: int = 1) -> None:
    _add(letter.created_at, letter.station_id, received=by)


def count_answered(letter: Letter, by: int = 1) -> None:
    """Add `by` to the letters that were answered in the month of this answer. Call it once the letter has one."""
    assert letter.answered_at is not None  # noqa: S101
    days = max((timezone.localtime(letter.answered_at) - timezone.localtime(letter.created_at)).days, 0)
    _add(letter.answered_at, letter.station_id, answered=by, days=by * days)


def _add(at: datetime, station: int | None, received: int = 0, answered: int = 0, days: int = 0) -> None:
    month = timezone.localdate(at).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO letters_monthcount (month, station, received, answered, days) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (month, station) DO UPDATE SET received = letters_monthcount.received + excluded.received,"
            " answered = letters_monthcount.answered + excluded.answered, days = letters_monthcount.days + excluded.days",
            [connection.ops.adapt_datefield_value(month), station or 0, received, answered, days],
        )


@dataclass
class StatisticsLine:
    """A line of the statistics."""

    name: str
    received: int = 0
    answered: int = 0
    days: int = 0

    def add(self, count: MonthCount) -> None:
        self.received += count.received
        self.answered += count.answered
        self.days += count.days

    @property
    def average(self) -> str:
        """The days that an answer took, on average."""
        return f"{self.days / self.answered:.1f}" if self.answered else "—"


@dataclass(frozen=True)
class Statistics:
    months: list[StatisticsLine]
    stations: list[StatisticsLine]
    total: StatisticsLine


def statistics(today: date) -> Statistics:
    """The last `SHOWN_MONTHS` months, the newest first, and the stations in their order. Two bounded queries."""
    months = [_months_before(today, n) for n in range(SHOWN_MONTHS)]
    by_month = {month: StatisticsLine(f"{month.year}年{month.month}月") for month in months}
    by_station = {station.pk: StatisticsLine(station.name) for station in Station.objects.visible()}
    by_station[0] = StatisticsLine("全国或其他")
    total = StatisticsLine("合计")
    for count in MonthCount.objects.filter(month__gte=months[-1], month__lte=months[0]):
        for line in (by_month[count.month], by_station.get(count.station, by_station[0]), total):
            line.add(count)
    stations = [line for line in by_station.values() if line.received or line.answered]
    return Statistics(list(by_month.values()), stations, total)


def _months_before(today: date, number: int) -> date:
    years, month = divmod(today.year * 12 + today.month - 1 - number, 12)
    return date(years, month + 1, 1)


def stages() -> dict[str, int]:
    """How many letters are at each stage."""
    return dict(StageCount.objects.values_list("stage", "letters"))
