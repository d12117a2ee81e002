"""Players of other sites that articles may show: how the address of a video leads to the address that plays it."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Player:
    """`site`: as readers know it. `word`: its name in addresses of this site. `page`: addresses of its videos, with the group
    `video`. `frame`: the address to be framed, with `{video}`."""

    site: str
    word: str
    page: re.Pattern[str]
    frame: str

    @property
    def host(self) -> str:
        """The origin that the frame is loaded from."""
        return "/".join(self.frame.split("/")[:3])


@dataclass(frozen=True)
class PlayedVideo:
    player: Player
    video: str

    @property
    def frame(self) -> str:
        return self.player.frame.format(video=self.video)


VIDEO = re.compile(r"[A-Za-z0-9_=-]{4,40}")
PLAYERS = (
    Player(
        "哔哩哔哩",
        "bilibili",
        re.compile(r"https?://(?:www\.|m\.)?bilibili\.com/video/(?P<video>BV[A-Za-z0-9]{10})(?:[/?#].*)?"),
        "https://player.bilibili.com/player.html?bvid={video}&autoplay=1",
    ),
    Player(
        "腾讯视频",
        "qq",
        re.compile(
            r"https?://(?:v|m\.v)\.qq\.com/x/(?:page|cover/[a-z0-9]+)/(?P<video>[a-z0-9]{8,20})(?:\.html)?(?:[?#].*)?"
        ),
        "https://v.qq.com/txp/iframe/player.html?vid={video}&autoplay=true",
    ),
    Player(
        "优酷",
        "youku",
        re.compile(
            r"https?://(?:v|m)\.youku\.com/(?:v_show|video)/id_(?P<video>[A-Za-z0-9=]{8,30})(?:\.html)?(?:[?#].*)?"
        ),
        "https://player.youku.com/embed/{video}",
    ),
)
# Sites whose videos are led to: they offer no frame.
LED_TO = ((re.compile(r"https?://(?:[a-z]+\.)?(?:cctv|cntv)\.(?:com|cn)/.*"), "央视网"),)


def played_video(address: str) -> PlayedVideo | None:
    """The video at `address`, where one of the players plays it."""
    for player in PLAYERS:
        if found := player.page.fullmatch(address[:500]):
            return PlayedVideo(player, found["video"])
    return None


def site_of(address: str) -> str:
    """What readers call the site of a video; "" for one that is not known here."""
    if played := played_video(address):
        return played.player.site
    return next((name for pattern, name in LED_TO if pattern.fullmatch(address[:500])), "")
