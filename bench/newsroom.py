"""How long the newsroom's screens take: lists, the form, what one chooses from and people, beside a large archive."""

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from itertools import cycle
from random import Random

from bench._processes import take_step
from bench.pages import LINE, generate, prepare, sampled, sign_in

SIZES = (1_000, 1_000_000)
SAMPLES = 60
SOURCES, TOPICS, PEOPLE = 2_000, 1_500, 500


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.newsroom", description=__doc__)
    parser.add_argument("--sizes", type=lambda t: [int(s) for s in t.split(",")], default=list(SIZES))
    parser.add_argument("--samples", type=int, default=SAMPLES)
    options = parser.parse_args(arguments)
    folder = tempfile.mkdtemp(prefix="meiri-bench-")
    try:
        take_step("bench.newsroom", folder, "prepare")
        take_step("bench.newsroom", folder, "fill")
        for size in sorted(options.sizes):
            take_step("bench.newsroom", folder, "generate", str(size))
            take_step("bench.newsroom", folder, "measure", str(options.samples))
    finally:
        shutil.rmtree(folder)


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


def measure(samples: str) -> None:
    from meiri.newsroom.models import Article

    size = Article.objects.count()
    print(LINE.format("articles", "screen", "median", "95 %", "processor", "queries", "size"))
    for name, addresses in screens():
        row = sampled(addresses, int(samples)).row()
        print(LINE.format(size, name, *row), flush=True)
    print()


def screens() -> Iterator[tuple[str, Iterator[str]]]:
    from meiri.members.models import User
    from meiri.newsroom.models import Article

    sign_in()
    newest = list(Article.objects.order_by("-pk").values_list("pk", flat=True)[:200])
    people = list(User.objects.filter(username__startswith="p").values_list("pk", flat=True)[:200])
    yield "first screen", cycle(["/admin/"])
    yield "articles", cycle(["/admin/snippets/newsroom/article/"])
    yield (
        "articles with words",
        cycle([f"/admin/snippets/newsroom/article/?q={w}" for w in ("水利", "秋收", "电网")]),
    )
    yield "chooser of articles", cycle(["/admin/snippets/choose/newsroom/article/"])
    yield "new article", cycle(["/admin/snippets/newsroom/article/add/"])
    yield "an article", cycle([f"/admin/snippets/newsroom/article/edit/{pk}/" for pk in newest])
    for field in ("source", "topics", "author", "people"):
        url = f"/admin/articles/choices/{field}/?q="
        yield f"{field} by words", cycle([url + word for word in ("文", "青山", "日报1")])
        yield f"{field} by letters", cycle([url + letters for letters in ("zws", "lqh", "xyz")])
    yield "people", cycle(["/admin/people/", "/admin/people/?page=9"])
    yield "a person", cycle([f"/admin/people/{pk}/" for pk in people])
    yield "offers", cycle(["/admin/proposals/"])


def step(name: str, *arguments: str) -> None:
    import django

    django.setup()
    {"prepare": prepare, "fill": fill, "generate": generate, "measure": measure}[name](*arguments)


if __name__ == "__main__":
    import sys

    step(*sys.argv[2:]) if sys.argv[1:2] == ["--step"] else main(sys.argv[1:])
