"""Whose address a request comes from, behind whatever proxies write."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from meiri.visitors.address import MOST_HOPS, networks_of, visitor_of


@pytest.mark.parametrize(
    ("trusted", "forwarded", "peer", "visitor"),
    [
        (["10.0.0.0/8"], "203.0.113.9", "10.200.3.4", "203.0.113.9"),
        (["10.0.0.0/8"], "203.0.113.9, 10.1.1.1", "10.200.3.4", "203.0.113.9"),
        ([" 10.0.0.0/8 "], "203.0.113.9:4711", "10.0.0.1", "203.0.113.9"),
        (["127.0.0.1"], "[2001:db8::7]:443", "127.0.0.1", "2001:db8::/64"),
        (["127.0.0.1"], "[2001:db8::7]", "127.0.0.1", "2001:db8::/64"),
        (["127.0.0.1"], '"[2001:db8::7]:443"', "127.0.0.1", "2001:db8::/64"),
        (["2001:DB8:0:0:0:0:0:1"], "203.0.113.9", "2001:db8::1", "203.0.113.9"),
        (["2001:db8:5::/48"], "203.0.113.9", "2001:db8:5:7::1", "203.0.113.9"),
        (["[::1]"], "203.0.113.9", "::1", "203.0.113.9"),
        (["10.0.0.1/8"], "203.0.113.9", "10.0.0.2", "203.0.113.9"),
        (["::ffff:10.0.0.0/104"], "203.0.113.9", "10.0.0.2", "203.0.113.9"),
        (["10.0.0.0/8"], "203.0.113.9", "::ffff:10.0.0.2", "203.0.113.9"),
        (["127.0.0.1"], "::ffff:203.0.113.9", "127.0.0.1", "203.0.113.9"),
        # What nobody can read ends the chain at the proxy that wrote it.
        (["127.0.0.1"], "203.0.113.9, unknown", "127.0.0.1", "127.0.0.1"),
        (["127.0.0.1", "10.0.0.0/8"], "unknown, 10.0.0.4", "127.0.0.1", "10.0.0.4"),
        (["127.0.0.1"], "203.0.113.9, , ", "127.0.0.1", "203.0.113.9"),
        (["127.0.0.1"], "203.0.113.9:99999999", "127.0.0.1", "127.0.0.1"),
        # Who is no proxy of ours is not believed, nor are those before the nearest that is none.
        (["10.0.0.0/8"], "203.0.113.9", "198.51.100.4", "198.51.100.4"),
        (["127.0.0.1"], "203.0.113.9, 198.51.100.4", "127.0.0.1", "198.51.100.4"),
        ([], "203.0.113.9", "127.0.0.1", "127.0.0.1"),
        (["0.0.0.0/0", "::/0"], "", "127.0.0.1", "127.0.0.1"),
        (["127.0.0.1"], "203.0.113.9", "", ""),
    ],
)
def test_a21_the_visitor_is_found_behind_proxies(settings, trusted, forwarded, peer, visitor):
    settings.TRUSTED_PROXIES = list(map(str, networks_of(trusted)))
    assert visitor_of([forwarded], peer) == visitor


def test_a21_several_headers_are_one_chain(settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1", "10.0.0.0/8"]
    assert visitor_of(["203.0.113.9", "10.0.0.7:1234"], "127.0.0.1") == "203.0.113.9"


@pytest.mark.parametrize(
    "bad", ["proxy", "10.0.0.0/33", "10.0.0", "10.0.0.0-10.0.0.9", "::1:", "10.0.0.1:80"]
)
def test_a21_what_cannot_be_read_in_the_setting_is_said(bad):
    with pytest.raises(ImproperlyConfigured, match="MEIRI_TRUSTED_PROXIES holds"):
        networks_of(["127.0.0.1", bad])


@given(
    st.ip_addresses(),
    st.integers(0, 65535),
    st.sampled_from(["{}", "{}:{}", "[{}]", "[{}]:{}", " {} ", "\t{}:{}"]),
)
def test_a21_an_address_is_read_in_whatever_form_a_proxy_writes_it(address, port, form):
    bare = address.version == 6 and "[" not in form
    written = (form.replace(":{}", "") if bare else form).format(address, port)
    assert visitor_of([written], "127.0.0.1") == visitor_of([str(address)], "127.0.0.1")


@given(st.lists(st.text(max_size=100), max_size=2 * MOST_HOPS))
def test_a21_whatever_is_written_the_visitor_is_somebody(chain):
    assert visitor_of(chain, "127.0.0.1")
