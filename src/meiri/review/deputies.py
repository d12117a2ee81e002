"""As what somebody reviews: by which of a step's groups, and in whose place (代)."""

from meiri.newsroom.models import Article
from meiri.newsroom.posts import acting_for
from meiri.policy.reach import memberships_in
from meiri.review.chains import ChainStep


def role_of(user, step: ChainStep) -> str:
    """The group as which `user` does a review."""
    groups = {group.pk: group.name for group in step.groups.all()}
    return next((groups[found.group] for found in memberships_in(user, groups)), "")


def principal_of(user, step: ChainStep, article: Article):
    """The user in whose place `user` does a review; None where they do it in their own right."""
    post = acting_for(user, [group.pk for group in step.groups.all()], article)
    return post.user if post else None
