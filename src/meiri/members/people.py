"""The people of the newsroom: their accounts with their posts, kept by who keeps accounts (人员与岗位)."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from meiri.journal.recording import recording
from meiri.members.models import User
from meiri.newsroom.appointing import hand_over_posts
from meiri.newsroom.initials import has_initials
from meiri.newsroom.models import Desk, Post
from meiri.newsroom.picking import CHOICES, Choices
from meiri.policy import administrators
from meiri.policy.reach import forget_standing

# How many people are looked through for the first letters of their names.
MOST_READ = 5_000


def people_of_newsroom() -> QuerySet[User]:
    """Those who work in the newsroom or did: by a post, as members of a group, or as administrators."""
    posts = Post.objects.filter(user=OuterRef("pk"))
    groups = User.groups.through.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(
        Q(Exists(posts)) | Q(Exists(groups)) | Q(pk__in=administrators().values("pk"))
    ).order_by("-is_active", "first_name", "last_name", "username")


def people_with(people: QuerySet[User], words: str) -> QuerySet[User]:
    """Those of `people` whose name, account or address has `words`, or whose name begins with these letters."""
    words = words.strip()[:60]
    if not words:
        return people
    wanted = Q(username__icontains=words) | Q(email__icontains=words) | Q(nickname__icontains=words)
    wanted |= Q(first_name__icontains=words) | Q(last_name__icontains=words)
    if words.isascii() and words.isalnum():
        read = people.order_by("pk").only("first_name", "last_name")[:MOST_READ]
        wanted |= Q(
            pk__in=[person.pk for person in read if has_initials(person.get_full_name(), words.lower())]
        )
    return people.filter(wanted)


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


class PeopleChoices(Choices):
    """People to hand posts over to, found by name or account."""

    def __init__(self):
        super().__init__(User, lambda user, rows: rows)

    def found(self, user, typed):
        rows = list(people_with(people_of_newsroom().filter(is_active=True), typed)[:21])
        return [self.shown(user, row) for row in rows[:20]], len(rows) > 20

    def shown(self, user, row):
        return {"key": str(row.pk), "label": row.get_full_name() or str(row), "note": row.get_username()}


class PostChoices(Choices):
    """Posts that somebody may stand in for, found by who has them."""

    def __init__(self):
        super().__init__(Post, lambda user, rows: rows)

    def found(self, user, typed):
        people = people_with(people_of_newsroom(), typed)
        posts = Post.objects.valid().filter(user__in=people.order_by().values("pk"), deputy_for=None)
        posts = posts.select_related("user", "group").prefetch_related("channels", "stations")
        rows = list(posts.order_by("user__first_name", "pk")[:21])
        return [self.shown(user, row) for row in rows[:20]], len(rows) > 20

    def shown(self, user, row):
        return {"key": str(row.pk), "label": label_of_post(row), "note": ""}


def label_of_post(post: Post) -> str:
    return f"{post.user.get_full_name() or post.user} · {post.group} · {post.places_in_words}"


CHOICES["people"] = PeopleChoices()
CHOICES["posts"] = PostChoices()
