"""Which database answered readers, for `/metrics`. Loaded where there is a read replica, and not before the processes of a group count
together."""

from prometheus_client import Counter

_ANSWERED = Counter(
    "meiri_read_replica_requests",
    "Requests that the read replica may answer, by what did: replica, or primary (it was away, behind, or it failed)",
    ["by"],
)
BY_REPLICA, BY_PRIMARY = _ANSWERED.labels("replica"), _ANSWERED.labels("primary")
