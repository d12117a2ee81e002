"""What Django and Wagtail ask by `user.has_perm`: also what somebody may do by a post."""

from django.contrib.auth.backends import BaseBackend

from meiri.policy.reach import reach


class PostsBackend(BaseBackend):
    """Beside the backend that signs people in. It grants what the memberships of a user grant anywhere; it signs nobody in."""

    def has_perm(self, user_obj, perm, obj=None):
        return obj is None and bool(reach(user_obj, perm))
