"""The public API's part about proofs: what an article says to the letter, and that the public log holds it."""

from django.http import HttpResponse
from ninja import Query, Router
from ninja.errors import HttpError
from ninja.responses import Status

from meiri.api_problem import Problem
from meiri.asked_numbers import LARGEST_ID
from meiri.changes.version_numbers import erasures_of
from meiri.newsroom.events import ArticlePublished
from meiri.newsroom.models import Article
from meiri.newsroom.published_texts import text_of_article
from meiri.newsroom.published_versions import PublishedVersion, version_of
from meiri.sections.minors import is_set_apart
from meiri.syndication.articles_api import Withdrawn
from meiri.trust.log_files import log_files
from meiri.trust.models import Leaf
from meiri.trust.proofs import MIME_TYPE, NotYet, newest_entry, newest_leaf, proof_of

router = Router()

# Editors change nothing so often.
MOST_VERSIONS = 1_000_000
ERASED = "这一版的内容已依法删除，存证日志里只留下不能还原的承诺值。"
FOR_ANYBODY = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}


def published(article_id: int) -> Article:
    """Raises 404 where readers have never seen it."""
    articles = Article.objects.select_related("channel").filter(pk=article_id)
    found = articles.first() if 0 < article_id <= LARGEST_ID else None
    if found is None or (not found.live and found.first_published_at is None):
        raise HttpError(404, "没有这篇稿件，或它尚未发布。")
    return found


def _check_notice(article: Article, minors: str) -> None:
    """Raises 403 for the text of what may harm minors, where it was not asked for."""
    if is_set_apart(article) and minors != "shown":
        raise HttpError(403, "这篇稿件可能影响未成年人身心健康，核验要读取全文。")


@router.get(
    "/articles/{article_id}/text",
    response={200: None, 403: Problem, 404: Problem, 410: Withdrawn},
    tags=["proofs"],
    summary="What an article says, to the letter",
)
def get_article_text(
    request,
    article_id: int,
    minors: str = Query("", description="`shown`: also the text of what may harm minors."),
):
    """Canonical JSON (RFC 8785). Its SHA-256 is the `digest` in the record that the article's proof holds. Two queries."""
    found = published(article_id)
    if not found.live:
        return Status(410, Withdrawn(detail="这篇稿件已撤回。", reason=found.withdrawal_reason))
    _check_notice(found, minors)
    newest = newest_entry(found.content_key)
    event = newest.event if newest else None
    recorded = event.text if isinstance(event, ArticlePublished) else None
    return HttpResponse(
        text_of_article(found, recorded),
        content_type="application/json",
        headers={
            **FOR_ANYBODY,
            "X-Article-Address": found.get_absolute_url(),
            "Access-Control-Expose-Headers": "X-Article-Address",
        },
    )


@router.get(
    "/articles/{article_id}/proof",
    response={200: None, 404: Problem, 410: Problem},
    tags=["proofs"],
    summary="The proof that an article stands in the public log",
)
def get_proof(request, article_id: int):
    """A file of the form C2SP tlog-proof, for the version that was published last. Of what was withdrawn, that it was. Its leaf is SHA-256
    over the bytes of the line `extra`. Three queries and five small files."""
    found = published(article_id)
    return _proof_file(newest_leaf(found.content_key), str(article_id))


def _proof_file(leaf: Leaf | None, name: str):
    try:
        if leaf is None:
            raise NotYet
        proof = proof_of(leaf, log_files())
    except NotYet:
        return Status(404, Problem(detail="刚刚发布，存证日志还没有收入，请过几秒再试。"))
    if proof is None:
        return Status(410, Problem(detail=ERASED))
    named = f'attachment; filename="{name}.tlog-proof"'
    return HttpResponse(
        str(proof), content_type=MIME_TYPE, headers={**FOR_ANYBODY, "Content-Disposition": named}
    )


@router.get(
    "/articles/{article_id}/versions/{number}/text",
    response={200: None, 403: Problem, 404: Problem, 410: Problem},
    tags=["proofs"],
    summary="What an earlier version of an article said, to the letter",
)
def get_version_text(
    request,
    article_id: int,
    number: int,
    minors: str = Query("", description="`shown`: also the text of what may harm minors."),
):
    """As the text of an article, of version `number` of those that its history counts. Only what the newsroom shows of its history is told.
    Eight queries."""
    found, version = _version(article_id, number)
    if not found.live:
        return Status(410, Problem(detail="这篇稿件已撤回。"))
    _check_notice(found, minors)
    if not version.is_told:
        raise HttpError(403, "编辑部不展示这一版的文字，仍可下载它的存证文件。")
    text = version.text()
    if text is None:
        raise HttpError(404, "这一版的文字没有逐字保存，不能核对；它的存证文件仍可下载。")
    return HttpResponse(text, content_type="application/json", headers=FOR_ANYBODY)


@router.get(
    "/articles/{article_id}/versions/{number}/proof",
    response={200: None, 404: Problem, 410: Problem},
    tags=["proofs"],
    summary="The proof that an earlier version of an article stands in the public log",
)
def get_version_proof(request, article_id: int, number: int):
    """As the proof of an article, of version `number` of those that its history counts. Also of what was withdrawn. Eight queries and five
    small files."""
    _, version = _version(article_id, number)
    return _proof_file(version.leaf, f"{article_id}-{number}")


def _version(article_id: int, number: int) -> tuple[Article, PublishedVersion]:
    """Raises 404 where there is no such version, 410 where its text was erased by order."""
    found = published(article_id)
    version = version_of(found, number) if 0 < number <= MOST_VERSIONS else None
    if version is None:
        raise HttpError(404, f"这篇稿件没有第 {str(number)[:20]} 版。")
    if number in erasures_of(found.content_key):
        raise HttpError(410, ERASED)
    return found, version
