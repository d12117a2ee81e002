"""Monthly sheets (稿件统计): how much was published by person, desk or station, and the points that it earned."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet

from meiri.newsroom.models import Kind
from meiri.newsroom.roles import CONTRIBUTORS
from meiri.planning.counted_articles import CountedCredit, FeeRule, month_bounds

# What a sheet has a row for, by its word in addresses.
BY = {"author": "作者", "channel": "频道", "station": "地方站"}
# A sheet has at most so many rows; the archive of a national portal has some hundred authors a month.
MOST_ROWS = 2000


@dataclass
class SheetRow:
    """One line of a sheet: how many articles in all, of each kind, and their points."""

    name: str
    role: str = ""
    total: int = 0
    withdrawn: int = 0
    of_kind: dict[str, int] = field(default_factory=dict)
    points: Decimal = Decimal(0)

    def cells(self) -> list[str | int | Decimal]:
        return [
            self.name,
            self.role,
            self.total,
            *(self.of_kind.get(kind, 0) for kind in Kind.values),
            self.withdrawn,
            self.points,
        ]


HEADS = ("名称", "职务", "合计", *(str(label) for label in Kind.labels), "撤稿", "分数")


def sheet_of(counted: QuerySet, by: str, month: date, contributors: bool = False) -> list[SheetRow]:
    """The rows of the sheet of a month of those `counted` articles, the most points first. Two queries, whatever the month holds.

    `contributors`: of authors, contributors alone. The points of an article with several authors are shared among them.
    """
    first, after = month_bounds(month)
    counted = counted.filter(day__gte=first, day__lt=after)
    points = points_of_rules(FeeRule.objects.all()[:200])
    rows: dict[int, SheetRow] = {}
    for key, name, role, kind, origin, is_withdrawn, authors, count in _figures(counted, by, contributors):
        row = rows.setdefault(key, SheetRow(name, role))
        if is_withdrawn:
            row.withdrawn += count
            continue
        row.total += count
        row.of_kind[kind] = row.of_kind.get(kind, 0) + count
        row.points += points_for(points, kind, origin) * count / authors
    for row in rows.values():
        row.points = row.points.quantize(Decimal("0.1"))
    return sorted(rows.values(), key=lambda row: (-row.points, -row.total, row.name))[:MOST_ROWS]


def _figures(counted: QuerySet, by: str, contributors: bool) -> Iterable[tuple]:
    """What is counted, in groups of one line of the sheet, kind, origin, whether withdrawn and number of authors."""
    if by == "author":
        credits = CountedCredit.objects.filter(counted__in=counted)
        if contributors:
            credits = credits.filter(author__role=CONTRIBUTORS)
        names = ("author", "author__name", "author__role")
        of_article = ("counted__kind", "counted__origin", "counted__is_withdrawn", "counted__authors")
        return credits.order_by().values_list(*names, *of_article).annotate(n=Count("pk"))
    rows = counted.filter(**{f"{by}__isnull": False}).order_by()
    grouped = rows.values_list(by, f"{by}__name", "kind", "origin", "is_withdrawn").annotate(n=Count("pk"))
    return ((key, name, "", kind, origin, gone, 1, n) for key, name, kind, origin, gone, n in grouped)


def points_of_rules(rules: Iterable[FeeRule]) -> Mapping[tuple[str, str], Decimal]:
    return {(rule.kind, rule.origin): rule.points for rule in rules}


def points_for(points: Mapping[tuple[str, str], Decimal], kind: str, origin: str) -> Decimal:
    """What an article earns by the most special rule; nothing where none fits."""
    for rule in ((kind, origin), (kind, ""), ("", origin), ("", "")):
        if rule in points:
            return points[rule]
    return Decimal(0)
