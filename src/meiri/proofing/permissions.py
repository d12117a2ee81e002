"""Who keeps the word lists and the register of names: they are the nation's."""

from meiri.newsroom.roles import CHIEFS, Role, grant, whole


def start() -> None:
    grant(CHIEFS, Role(whole("proofing", "styleword", "registeredname")))
