"""What the newsroom holds about a person who works in it."""

from meiri.changes.models import PublishedChange
from meiri.newsroom.posts import Post
from meiri.newsroom.sharing import ArticleShare
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


def _changes(user) -> list[dict]:
    made = PublishedChange.objects.filter(by=user).order_by("pk")
    return [
        {"时间": change.at, "类别": change.kind_in_words, "原因": change.reason} for change in made.iterator()
    ]


def _without_the_name(user) -> None:
    """What readers were told stays told; the account that it points at is gone from it."""


def _shares(user) -> list[dict]:
    shares = ArticleShare.objects.filter(user=user).select_related("article")
    return [
        {"时间": row.shared_at, "稿件": str(row.article), "可以修改": "是" if row.may_change else "否"}
        for row in shares.order_by("pk")
    ]


def _with_the_account(user) -> None:
    """Rows that point at the account are deleted with it."""


def register() -> None:
    register_personal_data(PersonalData("岗位", _posts, _with_the_account))
    register_personal_data(PersonalData("修改、撤下的稿件等", _changes, _without_the_name))
    register_personal_data(PersonalData("共享的稿件", _shares, _with_the_account))
