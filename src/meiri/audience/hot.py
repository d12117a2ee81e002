"""The hot list (今日热点): what is read most in 24 hours, where a fresh reading weighs more than an old one."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Case, F, FloatField, Q, Sum, Value, When
from django.utils import timezone

from meiri.audience.models import HourViews
from meiri.newsroom.cards import Card
from meiri.newsroom.models import Article
from meiri.newsroom.river import Place

LENGTH = 10
HOURS = 24
# A reading loses half its weight in so many hours.
HALF_LIFE = 6
LATELY = 3
# More than are shown, because some may be withdrawn by now.
CONTENDERS = 40
KEPT_SECONDS = 60


@dataclass(frozen=True)
class HotEntry:
    """One line of the list. `why` is in words; `views` are those of the last 24 hours; `rose` since an hour ago."""

    number: int
    article: Card
    why: str
    views: int
    rose: bool


def hot_list() -> list[HotEntry]:
    """The ten hottest articles, filled up with the newest. Made once a minute, with four queries."""
    entries = cache.get("audience:hot")
    if entries is None:
        entries = make_hot_list()
        cache.set("audience:hot", entries, KEPT_SECONDS)
    return entries


def make_hot_list() -> list[HotEntry]:
    """The list as of now. The first query reads one range of an index, the hours of one day."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    starts = [hour - timedelta(hours=n) for n in range(HOURS)]
    rows = list(
        HourViews.objects.filter(hour__gte=starts[-1])
        .values("article_id")
        .annotate(
            score=_decayed(starts),
            score_before=_decayed(starts[1:]),
            lately=Sum("count", filter=Q(hour__gte=starts[LATELY - 1]), default=0),
            day=Sum("count"),
        )
        .order_by("-score", "-article_id")[:CONTENDERS]
    )
    ranks = {r["article_id"]: n for n, r in enumerate(rows)}
    before = sorted(rows, key=lambda r: (-r["score_before"], ranks[r["article_id"]]))
    ranks_before = {r["article_id"]: n for n, r in enumerate(before) if r["score_before"]}
    read = {r["article_id"]: r for r in rows}
    articles = Article.objects.in_order(list(read))[:LENGTH]
    if len(articles) < LENGTH:
        newest = Article.objects.newest_at(Place.site(), 2 * LENGTH)
        articles += [a for a in newest if a.pk not in {x.pk for x in articles}][: LENGTH - len(articles)]
    return [
        HotEntry(
            number,
            article,
            _why(read.get(article.pk)),
            read[article.pk]["day"] if article.pk in read else 0,
            article.pk in ranks_before and ranks[article.pk] < ranks_before[article.pk],
        )
        for number, article in enumerate(articles, start=1)
    ]


def _decayed(starts):
    """The views of the hours `starts`, newest first, each by its weight."""
    weights = [
        When(hour=start, then=F("count") * Value(0.5 ** (age / HALF_LIFE)))
        for age, start in enumerate(starts)
    ]
    return Sum(Case(*weights, default=Value(0.0), output_field=FloatField()), output_field=FloatField())


def _why(row) -> str:
    if row is None:
        return "最新"
    if row["lately"]:
        return f"{LATELY} 小时 {in_words(row['lately'])}次"
    return f"{HOURS} 小时 {in_words(row['day'])}次"


def in_words(number: int) -> str:
    """A number as a headline writes it: 9876 , 2.1 万, 1.3 亿."""
    for size, word in ((100_000_000, "亿"), (10_000, "万")):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + f" {word}"
    return f"{number} "
