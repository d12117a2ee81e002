"""The settings of the read replica's database, made of its address."""

from typing import Any

# The name of its connection among those of Django.
READ_REPLICA = "read_replica"
# For libpq (PostgreSQL, "Parameter Key Words"): seconds for a connection, the fewest that it takes; milliseconds for which what was
# sent may stay unacknowledged; seconds of silence after which the other side is asked whether it is there.
OPTIONS = {"connect_timeout": 2, "tcp_user_timeout": 1000, "keepalives_idle": 5, "keepalives_interval": 1}


def read_replica_settings(parsed: dict[str, Any], primary: dict[str, Any]) -> dict[str, Any]:
    """`parsed`: what django-environ makes of MEIRI_REPLICA_URL; `primary`: the settings of the site's database. Raises `ValueError`
    with a sentence for the operator."""
    if primary["ENGINE"] != "django.db.backends.postgresql":
        raise ValueError("MEIRI_REPLICA_URL is set, but MEIRI_DATABASE_URL names no PostgreSQL.")
    if parsed.get("ENGINE") != primary["ENGINE"]:
        raise ValueError(
            "MEIRI_REPLICA_URL is not understood. Write postgresql://USER:PASSWORD@HOST:5432/NAME."
        )
    if parsed["NAME"] != primary["NAME"]:
        raise ValueError(
            f"MEIRI_REPLICA_URL names the database {parsed['NAME']!r}, MEIRI_DATABASE_URL {primary['NAME']!r};"
            " a replica has the names of what it follows."
        )
    return parsed | {
        "ENGINE": "meiri.journal.bounded_postgresql",
        "OPTIONS": OPTIONS | parsed.get("OPTIONS", {}),
        "CONN_MAX_AGE": None,
    }
