"""What the newsroom holds about a person who works in it."""

from meiri.newsroom.posts import Post
from meiri.personal.personal_data import PersonalData, register_personal_data


def _posts(user) -> list[dict]:
    posts = Post.objects.filter(user=user).select_related("group", "deputy_for")
    return [
        {
            "角色": str(post.group),
            "范围": post.places_in_words,
            "从": post.valid_from or "",
            "到": post.valid_until or "",
        }
        for post in posts.order_by("pk")
    ]


def _with_the_account(user) -> None:
    """Rows that point at the account are deleted with it."""


def register() -> None:
    register_personal_data(PersonalData("岗位", _posts, _with_the_account))
