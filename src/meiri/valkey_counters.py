"""How often the site's Valkey was asked, for `/metrics`. Loaded where one is set, and not before the processes of a group count together."""

from prometheus_client import Counter

_ASKED = Counter(
    "meiri_valkey_asked", "Questions to Valkey, by whether there was an answer in time", ["answer"]
)
ANSWERED, UNANSWERED = _ASKED.labels("in time"), _ASKED.labels("none")
