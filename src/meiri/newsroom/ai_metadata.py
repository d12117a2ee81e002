"""What AI did in an article, for machines: the AIGC block that its page carries (GB 45438-2025, the implicit label)."""

from typing import Any

from meiri.aigc import AigcBlock, AigcLabel, first_block, plain
from meiri.identity import site_name
from meiri.newsroom.article_choices import Origin


def aigc_of(article: Any) -> str:
    """The AIGC block of an article as JSON; empty where readers are told of no AI. What AI only helped with may be made by it. The site
    made what is its own; all else it spreads, and who made that it does not know."""
    if not article.ai_label:
        return ""
    label = AigcLabel.IS if article.is_made_by_ai else AigcLabel.MAY_BE
    name, number = plain(site_name()), str(article.pk or "")
    if article.origin == Origin.ORIGINAL:
        return first_block(label, name, number).as_json()
    return AigcBlock(label).spread_by(name, number).as_json()
