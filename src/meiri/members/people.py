"""The people of the newsroom: their accounts with their posts, kept by who keeps accounts (人员与岗位)."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.utils import timezone

from meiri.journal.recording import recording
from meiri.members.models import User
from meiri.newsroom.appointing import hand_over_posts
from meiri.newsroom.models import Desk, Post
from meiri.newsroom.people import people_of_newsroom, people_with
from meiri.newsroom.picking import CHOICES, Choices
from meiri.policy.reach import forget_standing


def roles() -> QuerySet[Group]:
    """The groups that a post can be in: desks' groups are bound to their desks."""
    return Group.objects.exclude(pk__in=Desk.objects.values("group")).order_by("pk")


def groups_without_desk(person: User) -> list[Group]:
    """The groups of `person` that hold everywhere while the person has no post."""
    return list(roles().filter(user=person)) if person.pk else []


@recording()
def deactivate(person: User, successor: User | None) -> None:
    """Let `person` work no more: the posts go to `successor`, or end with yesterday where there is none."""
    person.is_active = False
    person.save(update_fields=["is_active"])
    if successor:
        hand_over_posts(person, successor)
    yesterday = timezone.localdate() - timedelta(days=1)
    for post in Post.objects.filter(user=person).valid():
        post.valid_until = yesterday
        post.valid_from = min(post.valid_from, yesterday) if post.valid_from else None
        post.save(update_fields=["valid_until", "valid_from"])
    forget_standing(person)


class PostChoices(Choices):
    """Posts that somebody may stand in for, found by who has them."""

    def __init__(self):
        super().__init__(Post, lambda user, rows: rows, lambda user, post: label_of_post(post))

    def found(self, user, typed, within):
        people = people_with(people_of_newsroom(), typed)
        posts = Post.objects.valid().filter(user__in=people.order_by().values("pk"), deputy_for=None)
        posts = posts.select_related("user", "group").prefetch_related("channels", "stations")
        rows = list(posts.order_by("user__first_name", "pk")[:21])
        return self.shown_all(user, rows[:20]), len(rows) > 20


def label_of_post(post: Post) -> str:
    return f"{post.user.get_full_name() or post.user} · {post.group} · {post.places_in_words}"


CHOICES["posts"] = PostChoices()
