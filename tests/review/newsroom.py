"""A newsroom with chains of reviews, and enough people for six hands."""

from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.test import Client

from meiri.members.models import User
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.models import Article, Post
from meiri.newsroom.roles import CHIEFS, EDITORS, REPORTERS
from meiri.review.review_decisions import ReviewDecision, decide, note_opening, open_review
from meiri.review.setting_up import create_first_chains
from meiri.review.states import ReviewVerdict
from tests.newsroom_factory import a_channel, a_draft

LIFE = "生活编辑"


def a_person(name: str, *groups: str, superuser: bool = False) -> User:
    user = User.objects.create_user(
        username=name, nickname=name, email=f"{name}@example.org", is_superuser=superuser
    )
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@dataclass
class Newsroom:
    """`writer` writes; `editors` of the desk 生活编辑 and `chiefs` review; `deputy` may stand in for the first chief; `root`
    administers the site and has no post."""

    writer: User
    editors: list[User]
    chiefs: list[User]
    deputy: User
    root: User

    @property
    def hands(self) -> list[User]:
        """Six people in the order of the usual chain."""
        return [*self.editors[:5], self.chiefs[0]]


def set_up() -> Newsroom:
    create_newsroom()
    create_desk(LIFE, channels=[a_channel("关注民生", "minsheng")])
    create_first_chains()
    chiefs = [a_person(f"主编{n}", CHIEFS) for n in "一二"]
    Post.objects.create(user=chiefs[0], group=Group.objects.get(name=CHIEFS), everywhere=True)
    return Newsroom(
        a_person("记者甲", REPORTERS),
        [a_person(f"编辑{n}", LIFE) for n in "一二三四五六"],
        chiefs,
        a_person("代班", REPORTERS),
        a_person("管理员", superuser=True),
    )


def a_submitted(newsroom: Newsroom, title="雪后的第一班公交", **fields) -> Article:
    """A draft of the writer's that was sent to its reviews."""
    article = a_draft(title, channel=a_channel("关注民生", "minsheng"), created_by=newsroom.writer, **fields)
    article.save_revision(user=newsroom.writer)
    article = Article.objects.get(pk=article.pk)
    article.get_workflow().start(article, newsroom.writer)
    return article


def waiting(article: Article):
    """The review that the article waits for."""
    return Article.objects.get(pk=article.pk).current_workflow_task_state


def review(article: Article, by: User, verdict=ReviewVerdict.ADOPT, **more):
    """Have `by` open the text and decide the review that waits."""
    state = waiting(article)
    opened = open_review(state.pk)
    note_opening(opened, by)
    more.setdefault("checked", opened.step.points)
    return decide(state.pk, by, opened.text.words, ReviewDecision(verdict, **more))


def pass_all(article: Article, newsroom: Newsroom) -> None:
    for hand in newsroom.hands:
        review(article, hand)


def change(article: Article, by: User, **fields) -> Article:
    """Save another version."""
    article = Article.objects.get(pk=article.pk)
    version = article.latest_revision.as_object() if article.latest_revision else article
    for name, value in fields.items():
        setattr(version, name, value)
    version.save_revision(user=by)
    return Article.objects.get(pk=article.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


__all__ = ["EDITORS", "LIFE", "Newsroom"]
