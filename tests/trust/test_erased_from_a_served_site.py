"""A version that is erased while the site is served: its words leave the files of pages, of the index and of mail too."""

import json
import urllib.request
from urllib.parse import quote

import pytest

from bench.killing import wait_until
from tests.trust.traces import files_with

pytestmark = pytest.mark.xdist_group("newsroom browser")

# Said nowhere else on the site, in the headline and in the text.
WORDS = "梧桐街七号的证人顾某某"
PUBLISH = """
from django.core.mail import send_mail
from meiri.newsroom.publishing import publish
from tests.newsroom_factory import an_article
article = an_article({title!r}, text="法院昨天开庭，" + {words!r} + "说明了经过。旁听席上坐满了人，书记员记下了每一句话。")
send_mail("新稿件：" + {title!r}, "请看稿件：" + {words!r}, None, ["bianji@example.com"])
print(article.pk, article.get_absolute_url())
"""
CORRECT = """
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
article = Article.objects.get(pk={pk})
article.title, article.change_reason = "一桩旧案开庭", "保护证人"
article.body = [("text", "<p>法院昨天开庭，旁听席上坐满了人，书记员记下了每一句话。</p>")]
publish(article)
"""
# Other tests of this site take the article that stands first.
GONE = """
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import withdraw
article = Article.objects.get(pk={pk})
withdraw(article, "测试用稿")
article.delete()
"""


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 the test's own site
        return answer.read().decode()


def test_no_file_of_it_is_left(site):
    pk, path = site.run(PUBLISH.format(title=f"{WORDS}出庭", words=WORDS)).split()
    article, searched = f"{site.url}{path}", f"{site.url}/search/?q={quote(WORDS)}"
    wait_until(lambda: WORDS in read(article))
    wait_until(lambda: path in read(searched))
    # What readers ask for is stored: the article in both scripts, the first page, feeds, the data of the article.
    for place in ("/", f"/zh-hant{path}", "/rss.xml", f"/api/v1/articles/{pk}", f"/corrections/{pk}/"):
        read(f"{site.url}{place}")
    wait_until(lambda: any(name.startswith("pages/") for name in files_with(WORDS, site.home)))
    stored = files_with(WORDS, site.home)
    assert any(name.startswith("outbox/") for name in stored)
    site.run(CORRECT.format(pk=pk))
    said = site.manage("erase", pk, "--version-number", "1", "--order", "某院某号", "--reason", "保护证人")
    assert "Version 1 of article" in said

    wait_until(lambda: not files_with(WORDS, site.home) - {"server.log"}, patience=120)
    assert WORDS not in read(article)
    assert path not in read(searched)
    assert path in read(f"{site.url}/search/?q={quote('一桩旧案开庭')}")
    assert json.loads(read(f"{site.url}/api/v1/articles/{pk}"))["title"] == "一桩旧案开庭"
    site.run(GONE.format(pk=pk))
