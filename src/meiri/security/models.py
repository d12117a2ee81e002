"""What happened to accounts, rights and protected material, with names and addresses: unlike the journal not for ever."""

from django.db import models
from django.utils import timezone

from meiri.journal.public_models import NotPublic


class Event(models.TextChoices):
    SIGNED_IN = "signed_in", "登录"
    SIGN_IN_FAILED = "sign_in_failed", "登录失败"
    SIGN_IN_STOPPED = "sign_in_stopped", "登录受限"
    SCAN_CONFIRMED = "scan_confirmed", "扫码确认登录"
    SCAN_REFUSED = "scan_refused", "拒绝扫码登录"
    SIGNED_OUT = "signed_out", "退出"
    PROOF_FAILED = "proof_failed", "两步验证失败"
    FACTOR_ADDED = "factor_added", "添加两步验证"
    FACTOR_REMOVED = "factor_removed", "移除两步验证"
    FACTOR_RECOVERED = "factor_recovered", "运维解除两步验证"
    PASSWORD_CHANGED = "password_changed", "修改密码"
    ACCOUNT_MADE = "account_made", "新建账号"
    ACCOUNT_CHANGED = "account_changed", "修改账号"
    ACCOUNT_DELETED = "account_deleted", "删除账号"
    GROUP_MADE = "group_made", "新建用户组"
    GROUP_CHANGED = "group_changed", "修改用户组"
    GROUP_DELETED = "group_deleted", "删除用户组"
    RIGHTS_CHANGED = "rights_changed", "修改权限"
    ATTACHMENT_OPENED = "attachment_opened", "打开来信附件"
    CONTACT_OPENED = "contact_opened", "查看来信人联系方式"
    IMPORTED = "imported", "导入稿件"
    TAMPERED = "tampered", "网页篡改"


class SecurityEvent(models.Model):
    """One event. `actor` is the key of an account, which may be deleted since; `about` says in words what it concerns."""

    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    event = models.CharField("事件", max_length=20, choices=Event.choices)
    actor = models.BigIntegerField(null=True)
    actor_name = models.CharField("操作人", max_length=150)
    about = models.CharField("对象", max_length=200, blank=True)
    address = models.CharField("地址", max_length=45, blank=True)
    user_agent = models.CharField("浏览器", max_length=200, blank=True)
    details = models.JSONField("详情", default=dict)

    public = NotPublic("for administrators and operators")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["event", "-id"], name="security_by_event"),
            models.Index(fields=["actor", "-id"], name="security_by_actor"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.event} {self.actor_name}"
