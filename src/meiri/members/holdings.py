"""What the site holds about a member here: the account, what they keep and follow."""

from allauth.mfa.models import Authenticator

from meiri.members.keeping import followed_by
from meiri.members.models import Favourite, Reading, User
from meiri.personal.holdings import Holding, hold


def _account(user: User) -> list[dict]:
    return [
        {
            "用户名": user.username,
            "昵称": user.nickname,
            "电子邮箱": user.email,
            "手机号": user.phone or "",
            "登记时间": user.date_joined,
            "最近登录": user.last_login or "",
            "保存阅读记录": "是" if user.keeps_history else "否",
        }
    ]


def _kept(model):
    """The articles that a member keeps in `model`."""
    return lambda user: [
        {"时间": row.at, "标题": row.article.title, "地址": row.article.full_url}
        for row in model.objects.filter(member=user).select_related("article__channel").order_by("at", "pk")
    ]


def _second_factors(user: User) -> list[dict]:
    return [
        {"种类": a.get_type_display(), "登记时间": a.created_at, "最近使用": a.last_used_at or ""}
        for a in Authenticator.objects.filter(user=user).order_by("pk")
    ]


def _follows(user: User) -> list[dict]:
    return [{"名称": f.section.name, "地址": f.section.get_absolute_url()} for f in followed_by(user)]


def _with_the_account(user: User) -> None:
    """Rows that point at the account are deleted with it."""


for title, rows in [
    ("账号", _account),
    ("两步验证", _second_factors),
    ("收藏", _kept(Favourite)),
    ("阅读记录", _kept(Reading)),
    ("关注", _follows),
]:
    hold(Holding(title, rows, _with_the_account))
