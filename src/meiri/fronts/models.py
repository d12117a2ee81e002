"""What stands around the pages: site settings. The pages are in `fronts.pages`, friend links in `fronts.friend_links`."""

from django.db import models
from wagtail.contrib.settings.models import register_setting
from wagtail.fields import StreamField

from meiri.fronts.blocks import LicenceBlock, TelephoneBlock
from meiri.fronts.friend_links import FriendLink
from meiri.fronts.pages import (
    HomePage,
    MagazineIssuePage,
    MagazineShelfPage,
    StandardPage,
    TopicIndexPage,
    TopicPage,
)
from meiri.journal.public_models import Public
from meiri.stored_settings import StoredSettings

__all__ = [
    "FriendLink",
    "HomePage",
    "MagazineIssuePage",
    "MagazineShelfPage",
    "SiteSettings",
    "StandardPage",
    "TopicIndexPage",
    "TopicPage",
]


@register_setting(icon="cog")
class SiteSettings(StoredSettings):
    """The footer's records. A station may override address, telephone and mail on its own pages."""

    slogan = models.CharField("宣传语", max_length=60, blank=True)
    supervisor = models.CharField("主管单位", max_length=80, blank=True)
    organisation = models.CharField("主办单位", max_length=80, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    postcode = models.CharField("邮编", max_length=10, blank=True)
    telephones = StreamField([("telephone", TelephoneBlock())], verbose_name="电话", blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    reporting_line = models.CharField("举报方式", max_length=120, blank=True)
    reporting_url = models.URLField("举报入口地址", blank=True)
    minors_line = models.CharField("涉未成年人举报方式", max_length=120, blank=True)
    legal_adviser = models.CharField("法律顾问", max_length=80, blank=True)
    icp = models.CharField("ICP 备案号", max_length=60, blank=True)
    icp_url = models.URLField("ICP 备案查询地址", blank=True)
    police = models.CharField("公安备案号", max_length=60, blank=True)
    police_url = models.URLField("公安备案查询地址", blank=True)
    licences = StreamField([("licence", LicenceBlock())], verbose_name="许可证", blank=True)
    copyright = models.CharField("版权声明", max_length=200, blank=True)

    public = Public(
        (
            *("slogan", "supervisor", "organisation", "address", "postcode", "telephones", "email"),
            *("reporting_line", "reporting_url", "minors_line", "legal_adviser"),
            *("icp", "icp_url", "police", "police_url", "licences", "copyright"),
        ),
        keys=lambda settings: ["footer"],
        kind="settings",
        appears=False,
        payload=lambda settings: {"organisation": settings.organisation},
    )

    class Meta:
        verbose_name = "站点信息"
