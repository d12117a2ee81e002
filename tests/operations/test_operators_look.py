"""What an operator sees of a site that is served."""

import json
import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.browser import CommandFailed

pytestmark = pytest.mark.xdist_group("browser")


def asked(site, address: str, **headers: str) -> str:
    request = urllib.request.Request(site.url + address, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return answer.read().decode()


def page_files_sent(site) -> float:
    families = {family.name: family for family in text_string_to_metric_families(asked(site, "/metrics"))}
    return sum(
        sample.value
        for sample in families["meiri_requests"].samples
        if sample.name.endswith("_total") and sample.labels == {"by": "page files", "status": "200"}
    )


def test_requests_are_counted_and_the_doctor_finds_nothing_broken(site):
    assert json.loads(asked(site, "/readyz")) == {"status": "ready"}
    asked(site, "/")
    before = page_files_sent(site)
    for _ in range(20):
        asked(site, "/")
    assert page_files_sent(site) - before >= 20
    with pytest.raises(urllib.error.HTTPError) as refused:
        asked(site, "/metrics", **{"X-Forwarded-For": "203.0.113.9"})
    assert refused.value.code == 404
    # No mail server is set and no backup was made: it warns.
    with pytest.raises(CommandFailed) as warned:
        site.manage("doctor", "--json")
    assert warned.value.status == 1
    found = [json.loads(line) for line in warned.value.printed.splitlines()]
    assert {one["part"] for one in found} >= {"worker", "own address", "search", "nodes", "schedule"}
    assert not [one for one in found if one["state"] == "broken"]
