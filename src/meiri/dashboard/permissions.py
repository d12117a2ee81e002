"""Whoever publishes somewhere sees what waits and what was published there; a chief editor sees it of all places."""

from meiri.newsroom.permissions import PUBLISH
from meiri.policy.gate import admit, somewhere
from meiri.policy.reach import Reach, reach


def published_reach(user) -> Reach:
    """Where `user` publishes."""
    return reach(user, PUBLISH)


def start() -> None:
    admit({"dashboard": somewhere("newsroom.Article", "publish")})
