"""The address of an article, `/{channel}/{yyyy}/{mm}{dd}/{id}.html`.

It is written out, not asked of the table of addresses: a front has a hundred of them. Tests hold the two together.
"""

from datetime import datetime

from meiri.newsroom.clock import local
from meiri.sections.models import channel_address


def article_address(channel_slug: str, published_at: datetime, key: int) -> str:
    day = local(published_at)
    return f"{channel_address(channel_slug)}{day.year}/{day.month:02}{day.day:02}/{key}.html"
