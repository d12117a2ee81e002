"""What stands around the pages: site settings. The pages are in `fronts.pages`, friend links in `fronts.friend_links`."""

from django.core.validators import FileExtensionValidator
from django.db import models
from wagtail.contrib.settings.models import register_setting
from wagtail.fields import StreamField

from meiri.fronts.advertisements import Advertisement, AdvertisementDay
from meiri.fronts.blocks import LicenceBlock, TelephoneBlock
from meiri.fronts.events import SettingsChanged, SettingsDeleted
from meiri.fronts.friend_links import FriendLink
from meiri.fronts.notice_bars import Greying, NoticeBar
from meiri.fronts.pages import (
    HomePage,
    MagazineIssuePage,
    MagazineShelfPage,
    StandardPage,
    TopicIndexPage,
    TopicPage,
)
from meiri.fronts.signs import PICTURE_NAMES, PICTURES, draw_anew
from meiri.fronts.station_fronts import StationFront
from meiri.identity import Identity
from meiri.journal.content_keys import FOOTER
from meiri.journal.public_models import Public
from meiri.stored_settings import StoredSettings

__all__ = [
    "Advertisement",
    "AdvertisementDay",
    "FriendLink",
    "Greying",
    "HomePage",
    "MagazineIssuePage",
    "MagazineShelfPage",
    "NoticeBar",
    "SiteSettings",
    "StandardPage",
    "StationFront",
    "TopicIndexPage",
    "TopicPage",
]


@register_setting(icon="cog")
class SiteSettings(StoredSettings):
    """The site's name and signs, and the footer's records. A station may override address, telephone and mail on its own pages."""

    name = models.CharField(
        "网站名称",
        max_length=20,
        blank=True,
        default=Identity.name,
        help_text="显示在每一页、订阅源、邮件和采编后台；读者的昵称里不能有它。",
    )
    stations_name = models.CharField("地方站总称", max_length=20, blank=True, default=Identity.stations)
    magazine_name = models.CharField("杂志名称", max_length=20, blank=True, default=Identity.magazine)
    wordmark = models.ImageField(
        "报头",
        upload_to="identity/",
        blank=True,
        validators=[FileExtensionValidator(PICTURE_NAMES)],
        help_text="横幅图片，背景透明，高 104 像素以上为好。不上传时显示网站名称。",
    )
    mark = models.ImageField(
        "网站图标",
        upload_to="identity/",
        blank=True,
        validators=[FileExtensionValidator(PICTURE_NAMES)],
        help_text="正方形图片，边长 192 像素以上，用于浏览器标签和收藏。",
    )
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
            *("name", "stations_name", "magazine_name", "wordmark", "mark"),
            *("slogan", "supervisor", "organisation", "address", "postcode", "telephones", "email"),
            *("reporting_line", "reporting_url", "minors_line", "legal_adviser"),
            *("icp", "icp_url", "police", "police_url", "licences", "copyright"),
        ),
        keys=lambda settings: [FOOTER],
        key_forms=(FOOTER,),
        created=SettingsChanged,
        changed=SettingsChanged,
        deleted=SettingsDeleted,
        appears=False,
        payload=lambda settings: {"organisation": settings.organisation},
    )

    class Meta:
        verbose_name = "站点信息"

    @property
    def identity(self) -> Identity:
        pictures = (picture.url if picture else "" for picture in (self.wordmark, self.mark))
        return Identity(
            self.name or Identity.name,
            self.stations_name or Identity.stations,
            self.magazine_name or Identity.magazine,
            *pictures,
        )

    def clean(self):
        super().clean()
        for field, bounds in PICTURES.items():
            draw_anew(getattr(self, field), field, bounds)
