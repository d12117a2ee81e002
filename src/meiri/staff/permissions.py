"""Who keeps press cards."""

from meiri.newsroom.roles import CHIEFS, Role, grant, whole


def start() -> None:
    grant(CHIEFS, Role((*whole("staff", "presscard"), "staff.change_staffsettings")))
