"""What the site holds about a member here: the account, what they keep and follow."""

from allauth.mfa.models import Authenticator
from django.conf import settings

from meiri.mail.models import OutgoingMail
from meiri.members.avatars import Avatar, remove_avatar
from meiri.members.kept_articles import followed_by
from meiri.members.models import Application, Favourite, Manuscript, NoticeChoice, Reading, User
from meiri.members.other_accounts import joined_by
from meiri.members.saved_searches import forget_searches_of, searches_of
from meiri.members.sign_ins import end_all_sign_ins, open_sign_ins
from meiri.newsroom.models import Article, Author
from meiri.newsroom.plain_text import paragraphs
from meiri.personal.personal_data import GONE, PersonalData, register_personal_data
from meiri.push.subscribing import subscriptions_of
from meiri.sections.in_use import uses_of


def _account(user: User) -> list[dict]:
    return [
        {
            "用户名": user.username,
            "昵称": user.nickname,
            "电子邮箱": user.email,
            "手机号": user.phone or "",
            "登记时间": user.date_joined,
            "最近登录": user.last_login or "",
            "保存阅读记录": _yes(user.keeps_history),
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


def _other_accounts(user: User) -> list[dict]:
    return [{"种类": row.way.name, "名称": row.name, "关联时间": row.at} for row in joined_by(user)]


def _sign_ins(user: User) -> list[dict]:
    return [
        {"设备": s.device, "登录时间": s.began_at, "最近使用": str(s.used_on)} for s in open_sign_ins(user)
    ]


def _mail_to(user: User):
    return OutgoingMail.objects.filter(recipient__in=[user.email] if user.email else [])


def _mail(user: User) -> list[dict]:
    return [{"时间": m.written_at, "主题": m.subject} for m in _mail_to(user).defer("message").order_by("pk")]


def _avatar(user: User) -> list[dict]:
    return [
        {
            "上传时间": a.sent_at,
            "状态": a.get_state_display(),
            "原因": a.reason,
            "图片": f"{settings.BASE_URL}{a.file.url}" if a.file else "",
        }
        for a in Avatar.objects.filter(member=user)
    ]


def _follows(user: User) -> list[dict]:
    return [{"名称": f.section.name, "地址": f.address} for f in followed_by(user)]


def _notice_choices(user: User) -> list[dict]:
    return [
        {
            "通知发到邮箱": _yes(c.told_by_mail),
            "通知推送": _yes(c.told_by_push),
            "新稿放进通知": _yes(c.news_on_page),
            "新稿邮件": _yes(c.news_by_mail),
            "新稿推送": _yes(c.news_by_push),
            "检索的新稿放进通知": _yes(c.searches_on_page),
            "检索的新稿邮件": _yes(c.searches_by_mail),
            "检索的新稿推送": _yes(c.searches_by_push),
            "上次查看新稿": c.looked_at or "",
        }
        for c in NoticeChoice.objects.filter(member=user)
    ]


def _saved_searches(user: User) -> list[dict]:
    return [{"检索词": s.words, "保存时间": s.made_at, "上次查看": s.looked_at} for s in searches_of(user)]


def _yes(on: bool) -> str:
    return "是" if on else "否"


def _push_subscriptions(user: User) -> list[dict]:
    return [{"设备": s.device, "登记时间": s.made_at, "推送地址": s.endpoint} for s in subscriptions_of(user)]


def _applications(user: User) -> list[dict]:
    return [
        {"时间": a.sent_at, "姓名": a.name, "理由": a.reasons, "状态": a.get_state_display(), "答复": a.reply}
        for a in Application.objects.filter(member=user)
    ]


def _manuscripts(user: User) -> list[dict]:
    return [
        {
            "时间": m.sent_at,
            "标题": m.title,
            "状态": m.in_words,
            "答复": m.reply,
            "正文": "\n".join(paragraphs(m.article.body.raw_data)),
        }
        for m in Manuscript.objects.filter(member=user).select_related("article").order_by("pk")
    ]


def _release_manuscripts(user: User) -> None:
    """Drafts that readers never saw go; what was published stays, signed by nobody."""
    sent = Manuscript.objects.filter(member=user)
    for article in Article.objects.filter(pk__in=sent.values("article"), first_published_at=None):
        article.delete()
    for author in Author.objects.filter(user=user):
        if uses_of(author):
            author.name, author.bio, author.user = GONE, "", None
            author.save(update_fields=["name", "bio", "user"])
        else:
            author.delete()


def _with_the_account(user: User) -> None:
    """Rows that point at the account are deleted with it."""


for title, rows in [
    ("账号", _account),
    ("两步验证", _second_factors),
    ("其他账号", _other_accounts),
    ("收藏", _kept(Favourite)),
    ("阅读记录", _kept(Reading)),
    ("关注", _follows),
    ("通知方式", _notice_choices),
    ("推送设备", _push_subscriptions),
]:
    register_personal_data(PersonalData(title, rows, _with_the_account))
register_personal_data(PersonalData("头像", _avatar, remove_avatar))
register_personal_data(PersonalData("保存的检索", _saved_searches, forget_searches_of))
register_personal_data(PersonalData("登录设备", _sign_ins, end_all_sign_ins))
register_personal_data(PersonalData("待发邮件", _mail, lambda user: _mail_to(user).delete() and None))
register_personal_data(PersonalData("通讯员申请", _applications, _with_the_account))
register_personal_data(PersonalData("来稿", _manuscripts, _release_manuscripts))
