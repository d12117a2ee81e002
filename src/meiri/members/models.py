"""People with an account: readers who are members, and staff who work in the newsroom."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    nickname = models.CharField("昵称", max_length=20, blank=True, help_text="评论时显示的名字。")

    class Meta(AbstractUser.Meta):
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def __str__(self):
        return self.nickname or self.get_full_name() or self.username
