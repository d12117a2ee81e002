"""How long the newsroom's screens take: lists, the form, what one chooses from and people, beside a large archive."""

import argparse
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from random import Random

from bench._processes import data_folder, take_step
from bench.pages import LINE, generate, prepare, sampled, sign_in

SIZES = (1_000, 1_000_000)
SAMPLES = 60
SOURCES, TOPICS, PEOPLE = 2_000, 1_500, 500
# On the desks: articles under review and offered, and ideas.
WAITING, IDEAS = 200, 1_000


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.newsroom", description=__doc__)
    parser.add_argument("--sizes", type=lambda t: [int(s) for s in t.split(",")], default=list(SIZES))
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--home", help="measure this data folder as it is, without generating anything")
    options = parser.parse_args(arguments)
    if options.home:
        take_step("bench.newsroom", options.home, "measure", str(options.samples))
        return
    with data_folder(None) as folder:
        take_step("bench.newsroom", folder, "prepare")
        take_step("bench.newsroom", folder, "fill")
        for size in sorted(options.sizes):
            take_step("bench.newsroom", folder, "generate", str(size))
            take_step("bench.newsroom", folder, "work")
            take_step("bench.newsroom", folder, "measure", str(options.samples))


def fill() -> None:
    """Sources, topics and people as a large newsroom has them, each of these with a post."""
    from django.contrib.auth.models import Group

    from meiri.journal import net
    from meiri.members.models import User
    from meiri.newsroom.models import Author, Post, Source
    from meiri.newsroom.roles import REPORTERS
    from meiri.sections.models import Channel, Topic

    random = Random(1)
    names = [
        f"{a}{b}{c}" for a in "赵钱孙李周吴郑王" for b in "文书青知明远" for c in "山川河海舟云星辰林野雨"
    ]
    random.shuffle(names)
    with net.paused():
        Source.objects.bulk_create(Source(name=f"{names[n % 500]}日报{n}") for n in range(SOURCES))
        Topic.objects.bulk_create(
            Topic(slug=f"bench-{n}", name=f"{names[n % 500]}专题{n}") for n in range(TOPICS)
        )
        people = User.objects.bulk_create(User(username=f"p{n}", first_name=names[n]) for n in range(PEOPLE))
        Author.objects.bulk_create(Author(name=names[n], slug=f"bench-{n}") for n in range(PEOPLE))
        role = Group.objects.get(name=REPORTERS)
        posts = Post.objects.bulk_create(Post(user=person, group=role) for person in people)
        channels = list(Channel.objects.all())
        through = Post.channels.through
        through._default_manager.bulk_create(
            through(post=post, channel=random.choice(channels)) for post in posts
        )


def work() -> None:
    """What a day leaves on the desks: articles under review, drafts, articles that wait for their time, ideas, offers, sheets; and
    the index, in which editors find what is published. Done once."""
    from django.contrib.auth.models import Group
    from django.core.management import call_command
    from django.utils import timezone
    from wagtail.models import Revision

    from meiri.journal import net
    from meiri.members.models import User
    from meiri.newsroom.models import Article, Post, Source
    from meiri.newsroom.proposals import Proposal
    from meiri.newsroom.roles import CHIEFS, EDITORS
    from meiri.planning.models import PlanItem
    from meiri.sections.models import Channel, Station

    call_command("reindex")
    if User.objects.filter(username="bench-chief").exists():
        return
    channels, stations = list(Channel.objects.all()), list(Station.objects.all())
    writer = User.objects.get(username="p1")
    now = timezone.now()
    with net.paused():
        chief, editor = (User.objects.create(username=f"bench-{name}") for name in ("chief", "editor"))
        Post.objects.create(user=chief, group=Group.objects.get(name=CHIEFS), everywhere=True)
        post = Post.objects.create(user=editor, group=Group.objects.get(name=EDITORS))
        post.channels.set(channels[:3])
        for number in range(WAITING):
            article = Article(
                title=f"候审稿件之{number}",
                channel=channels[number % len(channels)],
                source=Source.objects.first(),
                created_by=writer,
                live=False,
            )
            article.body = [("text", "<p>正文。</p>")]
            article.save()
            article.save_revision(user=writer)
            article.get_workflow().start(article, writer)
        waiting = Article.objects.order_by("-pk")[: WAITING // 4].values_list("latest_revision", flat=True)
        Revision.objects.filter(pk__in=list(waiting)).update(approved_go_live_at=now + timedelta(hours=2))
        PlanItem.objects.bulk_create(
            PlanItem(title=f"选题{n}", channel=channels[n % len(channels)], proposed_by=writer)
            for n in range(IDEAS)
        )
        newest = list(Article.objects.filter(live=True).order_by("-pk")[:WAITING])
        Proposal.objects.bulk_create(
            Proposal(article=article, station=stations[n % len(stations)], asked_by=writer)
            for n, article in enumerate(newest)
        )


def measure(samples: str) -> None:
    from meiri.members.models import User
    from meiri.newsroom.models import Article

    size = Article.objects.count()
    print(LINE.format("articles", "screen", "median", "95 %", "processor", "queries", "size"))
    for who in ("bench-chief", "bench-editor"):
        sign_in(User.objects.get(username=who))
        for name, addresses in screens():
            row = sampled(addresses, int(samples)).row()
            print(LINE.format(size, name if who == "bench-chief" else f"{name}, editor", *row), flush=True)
    for name, addresses in forms():
        sign_in(User.objects.get(username="bench-chief"))
        row = sampled(addresses, int(samples)).row()
        print(LINE.format(size, name, *row), flush=True)
    sign_in()
    for name, addresses in administration():
        row = sampled(addresses, int(samples)).row()
        print(LINE.format(size, name, *row), flush=True)
    print()


def screens() -> Iterator[tuple[str, Iterator[str]]]:
    """What everybody of the newsroom opens."""
    from urllib.parse import quote

    from meiri.newsroom.models import Author, Source
    from meiri.sections.models import Station

    articles = "/admin/snippets/newsroom/article/"
    yield "first screen", cycle(["/admin/"])
    yield "articles", cycle([articles])
    words = [f"?q={quote(word)}" for word in ("水利", "秋收", "电网", "旱情 灌溉")]
    yield "articles with words", cycle([f"{articles}{asked}" for asked in words])
    # What the list asks for while one types.
    yield "as one types them", cycle([f"{articles}results/{asked}" for asked in words])
    for state in ("draft", "scheduled", "changed", "withdrawn"):
        yield f"articles, {state}", cycle([f"{articles}?state={state}"])
    stations = Station.objects.values_list("pk", flat=True)
    yield "articles of a station", cycle([f"{articles}?station={pk}" for pk in stations])
    for field, model in (("author", Author), ("source", Source)):
        names = model.objects.values_list("name", flat=True)[:50]
        yield f"articles of one {field}", cycle([f"{articles}?{field}={quote(name)}" for name in names])
    yield "chooser of articles", cycle(["/admin/snippets/choose/newsroom/article/"])
    yield "reviews that wait", cycle(["/admin/review/"])
    yield "board", cycle(["/admin/planning/"])
    yield "calendar", cycle(["/admin/planning/calendar/"])
    yield "desk of the chief", cycle(["/admin/dashboard/"])
    yield "sheets of reviews", cycle(["/admin/review-sheets/"])
    yield "offers", cycle(["/admin/proposals/"])
    yield "live coverages", cycle(["/admin/live/"])


def forms() -> Iterator[tuple[str, Iterator[str]]]:
    """The form of an article and what one chooses in it."""
    from urllib.parse import quote

    from meiri.newsroom.models import Article

    newest = list(Article.objects.filter(live=True).order_by("-pk").values_list("pk", flat=True)[:200])
    waiting = list(Article.objects.filter(live=False).order_by("-pk").values_list("pk", flat=True)[:200])
    edit = "/admin/snippets/newsroom/article/edit/"
    yield "new article", cycle(["/admin/snippets/newsroom/article/add/"])
    yield "a published article", cycle([f"{edit}{pk}/" for pk in newest])
    yield "one under review", cycle([f"{edit}{pk}/" for pk in waiting])
    for field in ("source", "topics", "author", "people"):
        url = f"/admin/articles/choices/{field}/?q="
        yield f"{field} by words", cycle([url + quote(word) for word in ("文", "青山", "日报1")])
        yield f"{field} by letters", cycle([url + letters for letters in ("zws", "lqh", "xyz")])


def administration() -> Iterator[tuple[str, Iterator[str]]]:
    from meiri.members.models import User

    people = list(User.objects.filter(username__startswith="p").values_list("pk", flat=True)[:200])
    yield "people", cycle(["/admin/people/", "/admin/people/?page=9"])
    yield "a person", cycle([f"/admin/people/{pk}/" for pk in people])


def step(name: str, *arguments: str) -> None:
    import django

    django.setup()
    steps = {"prepare": prepare, "fill": fill, "generate": generate, "work": work, "measure": measure}
    steps[name](*arguments)


if __name__ == "__main__":
    import sys

    step(*sys.argv[2:]) if sys.argv[1:2] == ["--step"] else main(sys.argv[1:])
