"""Where readers meet an article now: the stored pages that show it, and what other apps add (how often it was read)."""

from collections.abc import Callable, Iterable

from meiri.changes.published_reach import PublishedReach, pages_showing
from meiri.newsroom.models import Article, Proposal, ProposalState

# Each app that knows more of an article's readers registers here: called with the article, it gives sentences for editors.
more_of: list[Callable[[Article], Iterable[str]]] = []


def standing_of(article: Article) -> PublishedReach:
    """Where readers meet `article`. Two queries, and those of what other apps add."""
    places = [str(place) for place in (*article.stations.all(), *_taken_by(article)) if place]
    more = [f"由{'、'.join(dict.fromkeys(places))}刊发。"] if places else []
    more += [sentence for told in more_of for sentence in told(article)]
    return PublishedReach(pages_showing([article.content_key]), more)


def _taken_by(article: Article) -> Iterable:
    taken = Proposal.objects.filter(article=article, state=ProposalState.ACCEPTED)
    return (proposal.place for proposal in taken.select_related("channel", "station"))
