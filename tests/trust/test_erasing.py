"""What an order erases is nowhere in the database, and the log of everything else still verifies."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from meiri.journal.models import Entry
from meiri.newsroom.correcting import correct
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from meiri.trust.log_files import log_files
from meiri.trust.log_verification import log_is_whole
from meiri.trust.models import Leaf
from meiri.trust.outside import verify_log
from meiri.trust.proofs import Proof
from tests.newsroom_factory import an_article
from tests.trust.conftest import enter_and_sign
from tests.trust.traces import tables_with

pytestmark = pytest.mark.django_db

SECRET = "住在梧桐街七号的那位证人"


def test_an_erased_text_is_nowhere_and_all_else_is_proven_as_before(client):
    article = an_article("一桩旧案", text=f"{SECRET}说。")
    other = an_article("别的稿件")
    article.body, article.change_reason = [("text", f"<p>{SECRET}昨天说。</p>")], "时间更准确"
    publish(article)
    enter_and_sign()
    proof = client.get(f"/api/v1/articles/{other.pk}/proof").content.decode()
    assert {"newsroom_article", "wagtailcore_revision"} <= tables_with(SECRET)
    with pytest.raises(CommandError):
        call_command("erase", str(article.pk), order="  ", reason="保护证人")
    assert Article.objects.filter(pk=article.pk, live=True).exists()
    out = StringIO()
    call_command(
        "erase", str(article.pk), order="某法院（2026）第 7 号裁定", reason="保护证人", later=True, stdout=out
    )
    assert "2 leaves" in out.getvalue()
    assert tables_with(SECRET) == set()
    assert Entry.objects.get(kind="article.erased").payload["order"] == "某法院（2026）第 7 号裁定"
    enter_and_sign()
    assert verify_log(log_files().read).size == 4, "two versions, the other article, the withdrawal"
    assert list(log_is_whole()) == []
    assert Leaf.objects.filter(thing=article.content_key, salt=None).count() == 2
    proof_of_withdrawal = Proof.read(client.get(f"/api/v1/articles/{article.pk}/proof").content.decode())
    assert b"article.withdrawn" in proof_of_withdrawal.record
    page = client.get(article.get_absolute_url())
    assert page.status_code == 410
    assert "保护证人" in page.content.decode()
    Proof.read(proof)
    again = Proof.read(client.get(f"/api/v1/articles/{other.pk}/proof").content.decode())
    assert (again.salt, again.record) == (Proof.read(proof).salt, Proof.read(proof).record)
    with pytest.raises(CommandError, match="no article"):
        call_command("erase", "99999", order="同上", reason="同上")


def test_what_was_corrected_in_it_goes_too():
    article = an_article("一桩旧案", text=f"{SECRET}说。")
    correct(article, wrong="那位证人", right="一位邻居")
    enter_and_sign()
    call_command("erase", str(article.pk), order="裁定", reason="保护证人", later=True, stdout=StringIO())
    assert tables_with("一位邻居") == set()
