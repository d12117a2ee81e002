"""Who arranges the hot lists and that of searches."""

from meiri.newsroom.roles import CHIEFS, Role, grant, whole


def start() -> None:
    grant(CHIEFS, Role((*whole("audience", "hotrule", "searchrule"), "audience.change_hotsearchsettings")))
