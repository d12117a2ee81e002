"""What readers of the sample newsroom wrote, and what the newsroom did with it: comments and letters.

Each goes through the forms and deeds that readers and editors use, so that journal and counts are right. The token of
a form is made of what was written, so that loading twice makes one comment, one letter.
"""

import hashlib
from base64 import urlsafe_b64encode
from datetime import date, datetime, timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from meiri.comments import moderation
from meiri.comments.models import Comment, CommentState
from meiri.comments.submission import take_comment
from meiri.comments.writing import CommentForm
from meiri.letters import handling, published_letters
from meiri.letters.masking import masked
from meiri.letters.models import Letter
from meiri.letters.sealing import digest_of_key, key_for, new_receipt, seal_contact
from meiri.letters.tally import count_answered
from meiri.members.models import User
from meiri.newsroom.models import Article
from meiri.newsroom.roles import CHIEFS
from meiri.sample.content_files import table
from meiri.sections.models import Station

DUTY_EDITOR = "sample-duty-editor"


@transaction.atomic
def duty_editor() -> User:
    """Who handled the sample's comments and letters.

    The stored account is not active and has no password: nobody can sign in with it. The object that is returned
    may act, for as long as loading takes.
    """
    user, new = User.objects.get_or_create(
        username=DUTY_EDITOR, defaults={"nickname": "示例值班编辑", "is_active": False}
    )
    if new:
        user.set_unusable_password()
        user.save()
        user.groups.add(Group.objects.get(name=CHIEFS))
    user.is_active = True
    return user


def token_of(*words: str) -> str:
    """A form's token, the same for the same words."""
    digest = hashlib.sha256("\n".join(("sample", *words)).encode()).digest()
    return urlsafe_b64encode(digest)[:22].decode()


def digest_of_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def at_latest_now(moment: datetime) -> datetime:
    return min(moment, timezone.now())


def load_comments(by: User) -> None:
    """Write and moderate the comments of each article; those of one article stand or fall together."""
    threads = table("comments").get("article", [])
    titles = [thread["title"] for thread in threads]
    articles = {a.title: a for a in Article.objects.live().select_related("channel").filter(title__in=titles)}
    for thread in threads:
        article = articles.get(thread["title"])
        if article is None:  # an editor has withdrawn it, or given it another title
            continue
        with transaction.atomic():
            for words in thread["comment"]:
                comment = load_comment(article, words, by)
                for reply in words.get("replies", []):
                    load_comment(article, reply, by, answered=comment)


def load_comment(article: Article, words: dict, by: User, answered: Comment | None = None) -> Comment | None:
    """The comment of these words; None where it is not taken: the one it answers is not shown any more."""
    token = token_of(article.title, words["name"], words["text"])
    found = Comment.objects.filter(token_digest=digest_of_token(token)).first()
    if found:
        return found
    data = {"name": words["name"], "text": words["text"], "once": token}
    if answered:
        data["reply_to"] = answered.pk
    form = CommentForm(data)
    if not form.is_valid():
        raise ValueError(f"The sample's comment of {words['name']} is not valid: {form.errors.as_json()}")
    taken = take_comment(form.sent(article.pk)).comment
    if taken is None:
        return None
    comment = Comment.objects.get(pk=taken)
    if words.get("state") == CommentState.REJECTED:
        comment = moderation.reject_comment(comment, words["reason"], by)
    elif words.get("state") != CommentState.PENDING:
        comment = moderation.approve_comment(comment, by)
    written = at_latest_now((article.published_at or timezone.now()) + timedelta(hours=words["hours"]))
    decided = comment.decided_at and at_latest_now(written + timedelta(minutes=20))
    Comment.objects.filter(pk=comment.pk).update(created_at=written, decided_at=decided)
    return comment


def load_letters(by: User) -> None:
    stations = {station.slug: station for station in Station.objects.all()}
    for words in table("letters").get("letter", []):
        token = token_of(words["subject"], words["name"])
        if not Letter.objects.filter(token_digest=digest_of_token(token)).exists():
            load_letter(words, token, stations.get(words.get("station", "")), by)


@transaction.atomic
def load_letter(words: dict, token: str, station: Station | None, by: User) -> None:
    """Receive a letter and follow it up as far as `words` says, on the days they say."""
    came = timezone.now() - timedelta(days=words["days"], hours=1)
    receipt = new_receipt(timezone.localdate(came))
    letter = handling.receive_letter(
        Letter(
            receipt=receipt,
            key_digest=digest_of_key(receipt, key_for(token)),
            token_digest=digest_of_token(token),
            subject=words["subject"],
            text=words["text"].strip(),
            station=station,
            sealed_contact=seal_contact(words["name"], words["contact"]),
            masked_name=masked(words["name"]),
            may_publish=words["may_publish"],
            created_at=came,
        )
    )
    if "checked" in words:
        letter = handling.check_letter(letter, by)
    if "routed" in words:
        letter = handling.route_letter(letter, words["unit"], by)
    if "answered" in words:
        letter = handling.answer_letter(letter, words["answer"], by)
    if "published" in words:
        letter = published_letters.publish_letter(letter, by, words["text"])
    if "closed" in words:
        letter = handling.close_letter(letter, words["reason"], by)
    deeds = ("checked", "routed", "answered", "published", "closed")
    days = [words[deed] for deed in deeds if deed in words]
    times = [came, *(came + timedelta(days=day, minutes=30) for day in days)]
    for step, moment in zip(letter.steps.order_by("pk"), times, strict=True):
        letter.steps.filter(pk=step.pk).update(at=moment)
    dates: dict[str, date] = {
        f"{step}_at": came + timedelta(days=words[step])
        for step in ("answered", "published")
        if step in words
    }
    if letter.due_on:
        dates["due_on"] = letter.due_on - (timezone.now() - times[-1])
    if letter.answered_at:
        count_answered(letter, -1)
    if dates:
        Letter.objects.filter(pk=letter.pk).update(**dates)
    if letter.answered_at:
        count_answered(Letter.objects.get(pk=letter.pk))
