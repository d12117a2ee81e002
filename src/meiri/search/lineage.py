"""Lineage (稿件血缘): which article is a version of which, as the newsroom records it.

A story is all articles that come from each other. Each comes from at most one other, so a story is a tree (several, where an
article they began with was deleted). Editors say what comes from what; an import proposes (`propose`). Each deed is atomic and
ends with one journal entry, which names `beside:N` of every article whose page shows the story: what stands beside the article
on its page has changed.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from meiri.journal.content_keys import BESIDE, ContentKey
from meiri.journal.log import actor, append
from meiri.newsroom.models import Article
from meiri.search.events import VersionEvent, VersionHidden, VersionRecorded, VersionRemoved, VersionShown
from meiri.search.models import ProposedVersion, Story, Tie, Version

# A story of more is no story; every page of it names the others.
MOST_VERSIONS = 60


class NotPossible(ValueError):
    """What was asked for would not be a tree. The message is for the editor."""


@dataclass(frozen=True)
class Branch:
    """An article in its story. `depth`: 0 where the story begins; `tie` is empty there."""

    article: Article
    tie: str
    parent_id: int | None
    depth: int

    @property
    def tie_name(self) -> str:
        return Tie(self.tie).label if self.tie else ""


@transaction.atomic
def record_version(article: Article, parent: Article, tie: Tie, by=None) -> None:
    """`article` comes from `parent`, and with it all that comes from `article`. Takes the place of what was recorded.

    `by` is the user, None for the system. Raises `NotPossible`.
    """
    if article.pk == parent.pk:
        raise NotPossible("稿件不能是自己的版本。")
    kept = _locked(article, parent)
    own, theirs = kept.get(article.pk), kept.get(parent.pk)
    moving = _descendants(own) if own else {article.pk}
    if parent.pk in moving:
        raise NotPossible(f"《{parent.title}》本身出自《{article.title}》，不能反过来再记一次。")
    before = own.story if own else None
    # What readers may see is decided where the story begins. An earlier article put before it changes nothing of that.
    story = (
        theirs.story
        if theirs
        else Story.objects.create(shown=bool(own and own.parent_id is None and own.story.shown))
    )
    names = _pages_of(before) | _pages_of(story)
    if story.versions.exclude(pk__in=moving | {parent.pk}).count() + len(moving) + 1 > MOST_VERSIONS:
        raise NotPossible(f"一篇稿件的版本最多 {MOST_VERSIONS} 个。")
    if theirs is None:
        Version.objects.create(article=parent, story=story)
    Version.objects.filter(pk__in=moving).update(story=story)
    Version.objects.update_or_create(pk=article.pk, defaults={"story": story, "parent": parent, "tie": tie})
    ProposedVersion.objects.filter(pk=article.pk).delete()
    _tidy(before)
    _tell(VersionRecorded, names | _pages_of(story), article, by, parent=parent.pk, tie=str(tie))


@transaction.atomic
def record_taken(version: Article, article: Article, is_quoted: bool, by) -> None:
    """What a desk took from an offer comes from the article that was offered."""
    record_version(version, article, Tie.REPRINT if is_quoted else Tie.REWRITE, by)


def remove_version(article: Article, by=None) -> None:
    """`article` comes from nothing any more; what comes from it stays with it. Nothing happens where it came from nothing."""
    own = _locked(article).get(article.pk)
    if own is None or own.parent_id is None:
        return
    before, moving = own.story, _descendants(own)
    names = _pages_of(before)
    story = Story.objects.create(shown=before.shown)
    Version.objects.filter(pk__in=moving).update(story=story)
    Version.objects.filter(pk=article.pk).update(parent=None, tie="")
    parent = own.parent_id
    for left in (before, story):
        _tidy(left)
    _tell(VersionRemoved, names, article, by, parent=parent)


@transaction.atomic
def show_versions(article: Article, shown: bool, by=None) -> None:
    """Whether readers see the versions of the story that `article` is in. Nothing happens where it is in none."""
    own = _locked(article).get(article.pk)
    if own is None or own.story.shown == shown:
        return
    names = _pages_of(own.story)
    Story.objects.filter(pk=own.story_id).update(shown=shown)
    own.story.shown = shown
    _tell(VersionShown if shown else VersionHidden, names | _pages_of(own.story), article, by)


@transaction.atomic
def propose(article: Article, parent_id: int, tie: Tie, percent: int) -> None:
    """Leave to an editor whether `article` comes from another one. Nothing that was decided is proposed again."""
    if parent_id != article.pk and not Version.objects.filter(pk=article.pk, parent__isnull=False).exists():
        ProposedVersion.objects.update_or_create(
            pk=article.pk, defaults={"parent_id": parent_id, "tie": tie, "percent": min(100, percent)}
        )


@transaction.atomic
def dismiss_proposal(article: Article) -> None:
    ProposedVersion.objects.filter(pk=article.pk).delete()


def likely_tie(percent: int, same_source: bool) -> Tie:
    """What an article that is so much like an earlier one most likely is."""
    if same_source:
        return Tie.UPDATE
    return Tie.REPRINT if percent >= 90 else Tie.REWRITE


def tree_of(article_id: int) -> list[Branch]:
    """The story of an article, each version below what it comes from, the oldest first; empty where it is in none.
    Two queries."""
    own = Version.objects.filter(pk=article_id).values_list("story", flat=True).first()
    if own is None:
        return []
    versions = Version.objects.filter(story=own).select_related("article__source", "article__channel")
    below: defaultdict[int | None, list[Version]] = defaultdict(list)
    for version in versions[: MOST_VERSIONS * 2]:
        below[version.parent_id].append(version)
    return list(_in_order(below))


def lineage_in_words(article_id: int) -> list[str]:
    """What an editor is told of a saved article's lineage, in sentences. Four queries at most."""
    tree = {branch.article.pk: branch for branch in tree_of(article_id)}
    words = []
    own = tree.get(article_id)
    if own and own.parent_id:
        words.append(f"这篇是《{tree[own.parent_id].article.title}》的{own.tie_name}。")
    if ProposedVersion.objects.filter(pk=article_id).exists():
        words.append("导入时发现可能出自另一篇稿件，等待确认。")
    if len(tree) > 1:
        shown = Story.objects.filter(versions=article_id, shown=True).exists()
        seen = "可以" if shown else "不能"
        words.append(f"同源稿件共 {len(tree)} 篇，读者{seen}看到“相关版本”。")
    return words or ["还没有记下与其他稿件的关系。"]


def _in_order(below: dict[int | None, list[Version]]) -> Iterator[Branch]:
    waiting = [(version, 0) for version in _oldest_last(below[None])]
    while waiting:
        version, depth = waiting.pop()
        # Where the article before it was deleted, a branch begins.
        yield Branch(version.article, version.tie if version.parent_id else "", version.parent_id, depth)
        waiting += [(child, depth + 1) for child in _oldest_last(below.get(version.pk, []))]


def _oldest_last(versions: list[Version]) -> list[Version]:
    return sorted(versions, key=lambda version: (when(version.article), version.pk), reverse=True)


def when(article: Article) -> datetime:
    """When readers first saw it, or editors last changed it where they have not."""
    return article.published_at or article.updated_at


def _locked(*articles: Article) -> dict[int, Version]:
    """The places of the articles in their stories, whose trees nobody else changes until the transaction ends."""
    ids = [article.pk for article in articles]
    # In one order for everybody, or two would wait for each other. Articles in no story yet are locked themselves.
    list(Article.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    stories = Version.objects.filter(pk__in=ids).values("story")
    list(Story.objects.select_for_update().filter(pk__in=stories).order_by("pk").values_list("pk"))
    return {v.pk: v for v in Version.objects.filter(pk__in=ids).select_related("story")}


def _descendants(version: Version) -> set[int]:
    """The keys of an article and of all that come from it."""
    below = defaultdict(list)
    for key, parent in Version.objects.filter(story=version.story_id).values_list("pk", "parent"):
        below[parent].append(key)
    found, waiting = set(), [version.pk]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += below.get(key, [])
    return found


def _pages_of(story: Story | None) -> set[ContentKey]:
    """The content keys of what the pages of a story's articles show of it; none where readers don't see it."""
    if story is None or not story.shown:
        return set()
    return {BESIDE.key(key) for key in Version.objects.filter(story=story.pk).values_list("pk", flat=True)}


def _tidy(story: Story | None) -> None:
    """A story of one article is none."""
    if story is not None and story.versions.count() < 2:
        story.delete()


def _tell(event: type[VersionEvent], keys: set[ContentKey], article: Article, by, **payload) -> None:
    append(event(keys=sorted(keys), article=article.pk, title=article.title, **payload), actor(by))
