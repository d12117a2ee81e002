"""What the processes of test_concurrency.py do: found, told, and, once they read a line: like, decide, send."""

import json
import sys

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.models import Permission  # noqa: E402
from django.utils import timezone  # noqa: E402

from meiri.comments import moderation, reactions  # noqa: E402
from meiri.comments.models import Comment, CommentCount, Like  # noqa: E402
from meiri.comments.submission import Sent, take_comment  # noqa: E402
from meiri.journal.models import Entry  # noqa: E402
from meiri.newsroom.models import Article  # noqa: E402
from meiri.sections.models import Channel, CommentPolicy  # noqa: E402


def found():
    channel = Channel.objects.create(name="科技前沿", slug="keji", comment_policy=CommentPolicy.REVIEW)
    article = Article.objects.create(title="一条", channel=channel, live=True, published_at=timezone.now())
    for name in ("first", "second"):
        user = get_user_model().objects.create_user(name, password="x")
        user.user_permissions.add(Permission.objects.get(codename="moderate_comment"))
    print(article.pk, take_comment(Sent(article.pk, "digest", "读者", "好")).comment)


def told(comment):
    found = Comment.objects.get(pk=comment)
    shown = CommentCount.objects.filter(article=found.article_id).values_list("approved", flat=True)
    entries = Entry.objects.filter(kind__in=["comment.approved", "comment.rejected"])
    print(
        json.dumps(
            {
                "state": found.state,
                "likes": [found.likes, Like.objects.filter(comment=found).count()],
                "shown": sum(shown),
                "decisions": list(entries.order_by("sequence").values_list("kind", flat=True)),
                "texts": list(
                    Comment.objects.exclude(pk=comment).order_by("pk").values_list("text", flat=True)
                ),
            }
        )
    )


def like(comment, *readers):
    comment = Comment.objects.get(pk=comment)
    return sum(reactions.like_comment(comment, reader) for reader in readers)


def decide(comment, name, deed):
    by, comment = get_user_model().objects.get(username=name), Comment.objects.get(pk=comment)
    if deed == "reject":
        return moderation.reject_comment(comment, "广告或推广", by).state
    return moderation.approve_comment(comment, by).state


def send(article, first, count):
    numbers = range(int(first), int(first) + int(count))
    sent = (Sent(int(article), f"digest {n}", "读者", str(n)) for n in numbers)
    return sum(take_comment(one).comment is not None for one in sent)


command, *arguments = sys.argv[1:]
if command in ("like", "decide", "send"):
    print("ready", flush=True)
    sys.stdin.readline()
    print({"like": like, "decide": decide, "send": send}[command](*arguments))
else:
    {"found": found, "told": told}[command](*arguments)
