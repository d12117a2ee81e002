"""Those who work in the newsroom, and how they are found."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from meiri.newsroom.initials import has_initials
from meiri.newsroom.posts import Post
from meiri.policy import administrators

# How many people are looked through for the first letters of their names.
MOST_READ = 5_000


def people_of_newsroom() -> QuerySet:
    """Those who work in the newsroom or did: by a post, as members of a group, or as administrators."""
    user_model: Any = get_user_model()
    posts = Post.objects.filter(user=OuterRef("pk"))
    groups = user_model.groups.through._default_manager.filter(user=OuterRef("pk"))
    return user_model._default_manager.filter(
        Q(Exists(posts)) | Q(Exists(groups)) | Q(pk__in=administrators().values("pk"))
    ).order_by("-is_active", "first_name", "last_name", "username")


def people_with(people: QuerySet, words: str) -> QuerySet:
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
