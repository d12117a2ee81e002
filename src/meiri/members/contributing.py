"""Contributors (通讯员): they apply, an editor decides; what they write becomes a draft of the newsroom that they can follow.

Each deed is atomic. The newsroom's are noted in the journal, and the contributor is told.
"""

from collections.abc import Iterable
from datetime import timedelta

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from meiri.journal.consumers import consumer
from meiri.journal.log import actor, append
from meiri.media.adding_pictures import MAX_BYTES, Unusable, discard, store
from meiri.media.models import Picture
from meiri.members.events import ContributorAccepted, ContributorDeclined, ManuscriptDeclined
from meiri.members.models import Application, Decision, Manuscript, User
from meiri.newsroom.events import ArticlePublished
from meiri.newsroom.models import Article, Author, Byline, Origin
from meiri.newsroom.roles import CONTRIBUTORS
from meiri.personal.notices import tell
from meiri.policy import may
from meiri.sections.models import Channel
from meiri.visitors.forms import LineField, PlainTextField, VisitorForm
from meiri.visitors.rate_limits import RateLimit

MOST_PICTURES = 6
# Manuscripts of one contributor in a day.
MOST_MANUSCRIPTS, DAY = 10, timedelta(days=1)


class ContributorForm(VisitorForm):
    name = LineField(
        label="姓名",
        max_length=40,
        help_text="稿件署名用的真实姓名。",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "请填写姓名。"},
    )
    reasons = PlainTextField(
        label="申请理由",
        min_length=20,
        max_length=1000,
        help_text="您熟悉哪个地方或领域，写过什么，想写什么。20 至 1000 字。",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": "请写明申请理由。",
            "min_length": "申请理由至少 %(limit_value)d 字，现在是 %(show_value)d 字。",
            "max_length": "申请理由请控制在 %(limit_value)d 字以内。",
        },
    )


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name)


class PicturesField(forms.FileField):
    """A few pictures; its value is their bytes. What is no picture is refused when they are stored."""

    def __init__(self, **options):
        accepted = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif"
        widget = ManyFilesInput(attrs={"accept": accepted})
        super().__init__(widget=widget, required=False, **options)

    def clean(self, data, initial=None):
        files = [f for f in (data or []) if f]
        if len(files) > MOST_PICTURES:
            raise ValidationError(f"图片最多 {MOST_PICTURES} 张。")
        if any(f.size > MAX_BYTES for f in files):
            raise ValidationError(f"每张图片不超过 {MAX_BYTES // 1024 // 1024} MB。")
        return [f.read() for f in files]


class ManuscriptForm(VisitorForm):
    title = LineField(
        label="标题",
        max_length=60,
        error_messages={"required": "请填写标题。", "max_length": "标题请控制在 %(limit_value)d 字以内。"},
    )
    channel = forms.ModelChoiceField(
        label="投往栏目",
        queryset=Channel.objects.visible(),
        empty_label="请选择",
        error_messages={"required": "请选择栏目。", "invalid_choice": "请选择栏目。"},
    )
    text = PlainTextField(
        label="正文",
        min_length=50,
        max_length=20_000,
        help_text="空一行另起一段。50 至 20000 字。",
        widget=forms.Textarea(attrs={"rows": 16}),
        error_messages={
            "required": "请填写正文。",
            "min_length": "正文至少 %(limit_value)d 字，现在是 %(show_value)d 字。",
            "max_length": "正文请控制在 %(limit_value)d 字以内。",
        },
    )
    pictures = PicturesField(
        label="图片",
        help_text=f"最多 {MOST_PICTURES} 张，JPEG、PNG、WebP 或苹果手机的 HEIC，每张不超过 {MAX_BYTES // 1024**2} MB。",
    )
    own_work = forms.BooleanField(
        label="稿件和图片是我本人的作品，内容真实",
        error_messages={"required": "请确认稿件和图片是您本人的作品。"},
    )


def is_contributor(member: User) -> bool:
    return Application.objects.filter(member=member, state=Decision.ACCEPTED).exists()


def sends_too_often(member: User) -> bool:
    return not RateLimit("manuscript", MOST_MANUSCRIPTS, DAY).hit(str(member.pk))


@transaction.atomic
def apply_as_contributor(member: User, name: str, reasons: str) -> Application:
    """Apply, or apply again after having been declined. Raises `ValidationError` where an application waits or passed."""
    found = Application.objects.select_for_update().filter(member=member).first()
    if found and found.state != Decision.DECLINED:
        raise ValidationError("您已经申请过。")
    fields = {"name": name, "reasons": reasons, "state": Decision.WAITING, "reply": "", "decided_at": None}
    return Application.objects.update_or_create(member=member, defaults=fields | {"sent_at": timezone.now()})[
        0
    ]


@transaction.atomic
def decide_application(application: Application, accepted: bool, reply: str, by: User) -> Application:
    """Take somebody on as a contributor, or don't; who was taken on can be let go. A reason is given to whoever is not."""
    _check(by, application)
    application = Application.objects.select_for_update().get(pk=application.pk)
    application.reply = _reply(reply, needed=not accepted)
    application.state = Decision.ACCEPTED if accepted else Decision.DECLINED
    application.decided_at = timezone.now()
    application.save(update_fields=["reply", "state", "decided_at"])
    event = ContributorAccepted if accepted else ContributorDeclined
    append(event(application=application.pk), actor(by))
    words = "您已成为通讯员，可以投稿了。" if accepted else f"通讯员申请未通过：{application.reply}"
    tell(application.member, words, reverse("member-contributing"))
    return application


def send_manuscript(member: User, form: ManuscriptForm) -> Manuscript:
    """Keep what a valid `form` holds as a draft signed by `member`; the same form sent again gives the same manuscript.

    Raises `PermissionDenied` where the member is no contributor, `ValidationError` where a picture can't be used.
    """
    application = Application.objects.filter(member=member, state=Decision.ACCEPTED).first()
    if application is None:
        raise PermissionDenied("Only contributors send manuscripts.")
    known = Manuscript.objects.filter(token_digest=form.token_digest, member=member).first()
    if known:
        return known
    data, new = form.cleaned_data, list[Picture]()
    try:
        pictures = [_stored(content, n, data["title"], new) for n, content in enumerate(data["pictures"], 1)]
        with transaction.atomic():
            article = _draft(data, pictures, _author_of(member, application.name))
            return Manuscript.objects.create(
                member=member, article=article, title=data["title"], token_digest=form.token_digest
            )
    except BaseException:
        discard(new)
        raise


def _stored(content: bytes, number: int, title: str, new: list[Picture]) -> Picture:
    try:
        picture, is_new = store(content, title)
    except Unusable as error:
        raise ValidationError(f"第 {number} 张图片{error}，请换一张。") from error
    if is_new:
        new.append(picture)
    return picture


def _author_of(member: User, name: str) -> Author:
    """Who signs for `member`: an author of their own, never one who only bears the same name."""
    found = Author.objects.filter(user=member).first()
    if found:
        return found
    return Author.objects.create(name=name, slug=f"tongxunyuan-{member.pk}", role=CONTRIBUTORS, user=member)


def _draft(data: dict, pictures: Iterable[Picture], author: Author) -> Article:
    article = Article(title=data["title"], channel=data["channel"], live=False, origin=Origin.ORIGINAL)
    paragraphs = [line.strip() for line in data["text"].split("\n") if line.strip()]
    body: list[tuple] = [("text", "".join(f"<p>{escape(line)}</p>" for line in paragraphs))]
    pictures = list(pictures)
    body += [("image", {"image": picture, "caption": "", "credit": author.name}) for picture in pictures]
    article.body = body
    article.picture = pictures[0] if pictures else None
    article.bylines = [Byline(author=author, sort_order=0)]
    article.full_clean()
    article.save()
    article.save_revision()
    return article


@transaction.atomic
def turn_down(manuscript: Manuscript, reply: str, by: User) -> Manuscript:
    """Say why a manuscript is not used. Its draft stays with the newsroom."""
    _check(by, manuscript)
    manuscript = Manuscript.objects.select_for_update().get(pk=manuscript.pk)
    if manuscript.state == Decision.ACCEPTED:
        raise ValidationError("这篇来稿已经采用。")
    manuscript.reply, manuscript.state = _reply(reply, needed=True), Decision.DECLINED
    manuscript.save(update_fields=["reply", "state"])
    append(ManuscriptDeclined(manuscript=manuscript.pk), actor(by))
    tell(
        manuscript.member,
        f"来稿《{manuscript.title}》未采用：{manuscript.reply}",
        reverse("member-contributing"),
    )
    return manuscript


@consumer("contributors")
def follow_publication(entries) -> None:
    """Tell a contributor when what they wrote is published, however often it is."""
    published = [entry.event for entry in entries if isinstance(entry.event, ArticlePublished)]
    ids = {event.article for event in published if event.article is not None}
    waiting = Manuscript.objects.exclude(state=Decision.ACCEPTED).filter(article__in=ids, article__live=True)
    for manuscript in waiting.select_related("member", "article__channel") if ids else []:
        with transaction.atomic():
            used = Manuscript.objects.filter(pk=manuscript.pk).exclude(state=Decision.ACCEPTED)
            if used.update(state=Decision.ACCEPTED, reply=""):
                words = f"来稿《{manuscript.title}》已采用。"
                tell(manuscript.member, words, manuscript.article.get_absolute_url())


def _check(by: User, thing: Application | Manuscript) -> None:
    if not may(by, "handle", thing):
        raise PermissionDenied("您没有权限处理这份申请或来稿。")


def _reply(text: str, needed: bool) -> str:
    text = text.strip()
    if needed and not text:
        raise ValidationError("请写明原因，对方会看到。")
    if len(text) > 200:
        raise ValidationError("请控制在 200 字以内。")
    return text
