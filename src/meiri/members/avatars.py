"""Avatars (头像): drawn anew and square when a member sends a picture, shown once a moderator has looked at it.

The file has a name that nobody guesses; the name stands in pages from when it is approved. Whatever takes an avatar away deletes its file.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models.signals import post_delete
from django.urls import reverse
from django.utils import timezone

from meiri.delivery.page_store import purge
from meiri.journal.content_keys import AVATAR, ContentKey
from meiri.journal.log import actor, append
from meiri.journal.public_models import NotPublic
from meiri.media.files import remove_after_commit, remove_after_rollback
from meiri.media.guarded_reencoding import NotDrawn, Unfit, drawn, for_an_avatar
from meiri.media.reencoding import Bounds, PictureFault, format_of
from meiri.members.events import AvatarApproved, AvatarDeclined, AvatarRemoved
from meiri.personal.notices import tell
from meiri.policy import may
from meiri.visitors.rate_limits import RateLimit

FOLDER = "avatars"
# Pixels of a side: twice what pages show at most.
SIDE = 160
MOST_BYTES = 8 * 1024 * 1024
BOUNDS = Bounds(frozenset(["JPEG", "PNG", "WEBP", "AVIF", "HEIF"]), MOST_BYTES, pixels=50_000_000, side=1024)
ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,.heic,.heif"
# Pictures that one member sends in a day.
MOST_SENT, DAY = 10, timedelta(days=1)
LONGEST_REASON = 100
_REASONS: dict[PictureFault | Unfit, str] = {
    PictureFault.BYTES: f"图片超过 {MOST_BYTES // 1024**2} MB，请缩小后再上传。",
    PictureFault.PIXELS: "图片尺寸太大，请缩小后再上传。",
    PictureFault.FORMAT: "请上传 JPEG、PNG、WebP、AVIF 或 HEIC 图片。",
    PictureFault.BROKEN: "图片无法识别，可能已损坏，请换一张。",
    Unfit.SMALL: f"图片太小，宽和高至少 {SIDE} 像素。",
    Unfit.COSTLY: "图片过于复杂，无法处理，请换一张。",
    Unfit.BUSY: "现在上传图片的人较多，请过一会儿再试。",
}


class AvatarState(models.TextChoices):
    WAITING = "waiting", "待审核"
    APPROVED = "approved", "已通过"
    DECLINED = "declined", "未通过"


def _name_of(avatar, name: str) -> str:
    return f"{FOLDER}/{secrets.token_hex(16)}.jpg"


class Avatar(models.Model):
    """The picture of one member: a JPEG of `SIDE` pixels square. Of one that was declined the reason is kept, and no file."""

    # Code of the release before, which deletes accounts during an upgrade, knows no such row: hence without a constraint.
    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="avatar", db_constraint=False
    )
    file = models.FileField("图片", upload_to=_name_of, blank=True)
    state = models.CharField("状态", max_length=8, choices=AvatarState.choices, default=AvatarState.WAITING)
    reason = models.CharField("未通过的原因", max_length=LONGEST_REASON, blank=True)
    sent_at = models.DateTimeField("上传时间", default=timezone.now)

    public = NotPublic("its deeds tell the journal")

    class Meta:
        verbose_name = "会员头像"
        verbose_name_plural = "会员头像"
        default_permissions = ()
        permissions = [("moderate_avatar", "可以审核会员头像")]
        indexes = [models.Index(fields=["state", "-id"], name="avatars_by_state")]

    def __str__(self):
        return f"{self.member_id}: {self.state}"

    @property
    def is_shown(self) -> bool:
        return self.state == AvatarState.APPROVED and bool(self.file)

    @property
    def content_key(self) -> ContentKey:
        return AVATAR.key(self.member_id)


def _remove_file(avatar: Avatar) -> None:
    """Delete the file of an avatar once the transaction is committed, and tell a CDN to forget it."""
    address = avatar.file.url
    remove_after_commit(avatar.file.storage, [str(avatar.file.name)])
    transaction.on_commit(lambda: purge([address]), robust=True)


def _after_deletion(sender, instance: Avatar, **more) -> None:
    """A row may be deleted with its member's account."""
    if instance.file:
        _remove_file(instance)


post_delete.connect(_after_deletion, Avatar, dispatch_uid="members: file of an avatar")


def waiting_avatar(name: str) -> Avatar | None:
    """The avatar that waits for a moderator whose file is called so. One query."""
    return Avatar.objects.filter(state=AvatarState.WAITING, file=name).first()


def sends_avatars_too_often(member) -> bool:
    """Counts a picture that a member sends."""
    return not RateLimit("avatar", MOST_SENT, DAY).hit(str(member.pk))


def square_of(content: bytes) -> bytes:
    """The middle of a picture, square, as a JPEG with nothing else of the file. Raises `ValidationError`."""
    try:
        if len(content) > MOST_BYTES:
            raise NotDrawn(PictureFault.BYTES)
        if format_of(content) not in BOUNDS.formats:
            raise NotDrawn(PictureFault.FORMAT)
        return drawn(for_an_avatar, content, BOUNDS, SIDE)
    except NotDrawn as refused:
        raise ValidationError(_REASONS.get(refused.why, _REASONS[PictureFault.BROKEN])) from None


def send_avatar(member, content: bytes) -> Avatar:
    """Take a picture in the place of the one before, which is shown no longer. Raises `ValidationError`."""
    square = square_of(content)
    with transaction.atomic():
        # Who sends two at once sends one after the other: where there is no avatar yet nothing else is there to be locked.
        get_user_model().objects.select_for_update().get(pk=member.pk)
        _drop(member)
        avatar = Avatar(member=member)
        avatar.file.save("", ContentFile(square), save=False)
        remove_after_rollback(avatar.file.storage, [str(avatar.file.name)])
        avatar.save()
    return avatar


@transaction.atomic
def remove_avatar(member) -> None:
    """Take the avatar of `member` away, with its file."""
    _drop(member)


def _drop(member) -> None:
    avatar = Avatar.objects.select_for_update().filter(member=member).first()
    if avatar is None:
        return
    if avatar.is_shown:
        append(AvatarRemoved(keys=[avatar.content_key], member=member.pk), actor(member))
    avatar.delete()


@transaction.atomic
def decide_avatar(avatar: Avatar, accepted: bool, reason: str, by) -> Avatar:
    """Show an avatar, or don't; one that is shown can be taken away. Raises `ValidationError` where the reason is missing, or the picture is not
    there any more."""
    if not may(by, "moderate", avatar):
        raise PermissionDenied("您没有权限审核会员头像。")
    seen = avatar.file.name
    found = Avatar.objects.select_for_update().select_related("member").filter(pk=avatar.pk).first()
    if found is None or not found.file or found.file.name != seen:
        raise ValidationError("会员已经更换或删除了这个头像。")
    reason = reason.strip()
    if accepted:
        found.state, found.reason = AvatarState.APPROVED, ""
        append(AvatarApproved(keys=[found.content_key], member=found.member_id), actor(by))
        words = "您的头像已通过审核。"
    else:
        if not reason or len(reason) > LONGEST_REASON:
            raise ValidationError(f"请写明原因，{LONGEST_REASON} 字以内，对方会看到。")
        _remove_file(found)
        found.state, found.reason, found.file = AvatarState.DECLINED, reason, ""
        append(AvatarDeclined(keys=[found.content_key], member=found.member_id), actor(by))
        words = f"您的头像未通过审核：{reason}"
    found.save(update_fields=["state", "reason", "file"])
    tell(found.member, words, reverse("member-avatar"))
    return found
