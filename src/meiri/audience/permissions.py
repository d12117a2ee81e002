"""Who arranges the hot lists."""

from meiri.newsroom.roles import CHIEFS, Role, grant, whole


def start() -> None:
    grant(CHIEFS, Role(whole("audience", "hotrule")))
