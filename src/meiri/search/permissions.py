"""Who keeps the other names by which readers find something."""

from meiri.newsroom.roles import CHIEFS, Role, grant, whole


def start() -> None:
    grant(CHIEFS, Role(whole("search", "knownname")))
