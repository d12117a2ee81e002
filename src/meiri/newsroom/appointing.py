"""Giving people posts, and handing those of somebody who leaves to others. Each deed is one transaction."""

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import Group

from meiri.journal.recording import recording
from meiri.newsroom.posts import Post
from meiri.policy.reach import forget_standing
from meiri.sections.models import Channel, Station


@recording()
def appoint(
    user,
    role: Group,
    channels: Iterable[Channel] = (),
    stations: Iterable[Station] = (),
    *,
    everywhere: bool = False,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Post:
    """Give `user` the role at these places, or everywhere. Raises `ValidationError` where the days do not follow each other."""
    post = Post(user=user, group=role, everywhere=everywhere, valid_from=valid_from, valid_until=valid_until)
    post.clean()
    post.save()
    if not everywhere:
        post.channels.set(channels)
        post.stations.set(stations)
    forget_standing(user)
    return post


@recording()
def appoint_deputy(user, post: Post, valid_from: date | None = None, valid_until: date | None = None) -> Post:
    """Let `user` stand in (代) for the person of `post`. Raises `ValidationError` where that is not possible."""
    deputy = Post(
        user=user, group=post.group, deputy_for=post, valid_from=valid_from, valid_until=valid_until
    )
    deputy.clean()
    deputy.save()
    forget_standing(user)
    return deputy


@recording()
def hand_over_posts(leaving, successor) -> int:
    """Give the posts of `leaving` to `successor`, with those who stand in for them; how many. What `leaving` stood in for ends,
    and so does what `successor` stood in for of them: it is their own now."""
    Post.objects.filter(user=leaving, deputy_for__isnull=False).delete()
    own = list(Post.objects.filter(user=leaving))
    Post.objects.filter(user=successor, deputy_for__in=own).delete()
    for post in own:
        post.user = successor
        post.save(update_fields=["user"])
    forget_standing(leaving)
    forget_standing(successor)
    return len(own)
