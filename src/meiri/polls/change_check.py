"""What readers voted on stays as it was: words of a poll that has votes can't be exchanged under them."""

from collections.abc import Iterable

from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import Finding, PublicationCheck, register_check
from meiri.polls.asked_polls import polls_in
from meiri.polls.models import Poll


class PollCheck(PublicationCheck):
    label = "投票"

    def findings(self, version, revision, by) -> Iterable[Finding]:
        """One query, a second one where the article has a poll that was voted in; none for an article without polls."""
        if not isinstance(version, Article) or version.pk is None:
            return
        polls = {poll.block: poll for poll in polls_in(version.pk, version.body.raw_data)}
        if not polls:
            return
        voters = dict(
            Poll.objects.filter(article_id=version.pk, block__in=polls, voters__gt=0).values_list(
                "block", "voters"
            )
        )
        if not voters:
            return
        live = Article.objects.filter(pk=version.pk).only("body").get()
        for before in polls_in(version.pk, live.body.raw_data):
            now = polls.get(before.block)
            if (
                now
                and before.block in voters
                and (now.question, now.choices) != (before.question, before.choices)
            ):
                yield Finding(
                    "poll.changed",
                    f"投票“{before.question}”已有 {voters[before.block]} 人参加，题目和选项不能再改。"
                    "要改请保留原来的投票并设截止时间，另加一个投票。",
                    place=f"body:{before.block}",
                )


def register() -> None:
    register_check(PollCheck())
