"""A process that serves uses the database that is there."""

from urllib.parse import quote

from django.db import connection, connections

# The table in which a database that a site is moved to says how far it has come; gone once all is there.
MOVE = "meiri_move"


def holds_unfinished_move() -> bool:
    """Whether not all of the site has come to its database yet."""
    return MOVE in connection.introspection.table_names()


def only_existing() -> None:
    """From here on this process opens SQLite's file where it is, and never makes an empty one in its place.

    SQLite would where the file was moved away, and the next one to be moved there would meet what that one left beside it.
    """
    database = connections.settings["default"]
    name = str(database["NAME"])
    if database["ENGINE"] == "django.db.backends.sqlite3" and not name.startswith(("file:", ":memory:")):
        database["NAME"] = f"file:{quote(name)}?mode=rw"
