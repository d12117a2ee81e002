"""The address of a related link leads where it says."""

import pytest
from wagtail.blocks import StructBlockValidationError

from meiri.newsroom.body.links import RelatedLinkBlock, leads_somewhere


@pytest.mark.parametrize(
    "url",
    [
        *(
            "//evil.example/",
            "///evil.example/",
            "/\\evil.example/",
            "/\t/evil.example/",
            "javascript:alert(1)",
        ),
        *(
            "https:///evil.example",
            "https:evil.example",
            "http://[::1",
            "ftp://a.example/",
            "keji/",
            "",
            "/a b",
        ),
    ],
)
def test_b25_what_browsers_take_elsewhere_is_no_address_of_the_site(url):
    with pytest.raises(StructBlockValidationError):
        RelatedLinkBlock().clean({"title": "另一篇", "url": url})


@pytest.mark.parametrize(
    "url", ["/", "/keji/2026/1124/22.html", "https://例子.cn/新闻?a=1", "http://a.example"]
)
def test_b25_the_sites_own_addresses_and_those_of_others_are_taken(url):
    assert leads_somewhere(url)
