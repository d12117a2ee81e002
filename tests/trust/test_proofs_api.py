"""Whoever asks gets the text of an article to the letter, and a proof that nobody can take for that of another."""

import base64
import hashlib
import json

import pytest

from meiri.newsroom.publishing import publish, withdraw
from meiri.sections.minors import MinorsRisk
from meiri.trust.log_files import log_files
from meiri.trust.log_signing import log_key
from meiri.trust.models import Leaf
from meiri.trust.notes import BadNote, Signer
from meiri.trust.proofs import Proof
from tests.newsroom_factory import a_draft, an_article
from tests.trust.conftest import enter_and_sign

pytestmark = pytest.mark.django_db


def text_and_proof(client, article) -> tuple[bytes, Proof]:
    address = f"/api/v1/articles/{article.pk}/"
    return client.get(f"{address}text").content, Proof.read(client.get(f"{address}proof").content.decode())


def test_the_newest_version_is_proven(client, django_assert_num_queries):
    article = an_article("第一版", text="第一版的正文。")
    enter_and_sign()
    first, first_proof = text_and_proof(client, article)
    article.title, article.change_reason = "第二版", "标题更准确"
    publish(article)
    for number in range(5):
        an_article(f"别的稿件{number}")
    enter_and_sign()
    text, proof = text_and_proof(client, article)
    assert [json.loads(one)["title"] for one in (first, text)] == ["第一版", "第二版"]
    for content, one in ((first, first_proof), (text, proof)):
        one.check(log_key().verifier)
        record = json.loads(one.record)
        assert base64.b64decode(record["digest"]) == hashlib.sha256(content).digest()
        assert (record["thing"], record["kind"]) == (f"article:{article.pk}", "article.published")
    with pytest.raises(BadNote, match="not signed"):
        proof.check(Signer.made(log_key().name, 1).verifier)
    moved = Proof(proof.index, proof.salt, first_proof.record, proof.path, proof.note)
    with pytest.raises(BadNote, match="is not in the log"):
        moved.check(log_key().verifier)
    answer = client.get(f"/api/v1/articles/{article.pk}/proof")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Content-Disposition"].endswith(f'"{article.pk}.tlog-proof"')
    with django_assert_num_queries(3):
        client.get(f"/api/v1/articles/{article.pk}/proof")
    with django_assert_num_queries(2):
        client.get(f"/api/v1/articles/{article.pk}/text")


def test_what_is_not_to_be_had_is_said_in_a_sentence(client):
    def said(address: str) -> tuple[int, str]:
        answer = client.get(f"/api/v1/articles/{address}")
        return answer.status_code, answer.json()["detail"]

    draft, article = a_draft("还没有发布"), an_article("会撤下的稿件")
    apart = an_article("有提示页的稿件", minors_risk=MinorsRisk.IMITATION)
    assert said(f"{article.pk}/proof") == (404, "刚刚发布，存证日志还没有收入，请过几秒再试。")
    enter_and_sign()
    for wrong in (draft.pk, 99_999, 2**70):
        assert said(f"{wrong}/text") == said(f"{wrong}/proof") == (404, "没有这篇稿件，或它尚未发布。")
    assert said(f"{apart.pk}/text")[0] == 403
    assert (
        json.loads(client.get(f"/api/v1/articles/{apart.pk}/text?minors=shown").content)["title"]
        == apart.title
    )
    withdraw(article, "事实有误")
    enter_and_sign()
    assert said(f"{article.pk}/text") == (410, "这篇稿件已撤回。")
    proof = Proof.read(client.get(f"/api/v1/articles/{article.pk}/proof").content.decode())
    assert json.loads(proof.record)["kind"] == "article.withdrawn"
    Leaf.objects.filter(pk=proof.index).update(salt=None)
    assert said(f"{article.pk}/proof")[0] == 410
    assert log_files().checkpoint() is not None
