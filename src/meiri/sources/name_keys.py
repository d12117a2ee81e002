"""One form for the names of bodies and sites that are written in several ways, and the domains of addresses."""

import re
import unicodedata
from urllib.parse import urlsplit

from meiri.search.folding import fold

LONGEST_KEY = 120
_NO_LETTER = re.compile(r"[\W_]+")


def name_key(name: str) -> str:
    """The form by which a name is looked up: simplified script, half width, lower case, without marks and spaces."""
    return _NO_LETTER.sub("", fold(name))[:LONGEST_KEY]


def domain_of(text: str) -> str:
    """The domain that an editor writes as `www.example.cn`, `http://example.cn/` or `example.cn`; "" for what is none."""
    # Full width and the dots that IDNA knows are read as the ASCII they stand for, before anything is split at them.
    text = unicodedata.normalize("NFKC", text).replace("。", ".").strip().lower()
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
        host = host.rstrip(".").encode("idna").decode()
    except (ValueError, UnicodeError):
        return ""
    host = host.removeprefix("www.")
    return host if "." in host and len(host) <= LONGEST_KEY and not re.search(r"[^a-z0-9.-]", host) else ""


def domains_above(host: str) -> list[str]:
    """A domain and those above it, the nearest first, without the top one: `a.b.cn`, `b.cn`."""
    parts = host.split(".")
    return [".".join(parts[n:]) for n in range(len(parts) - 1)]
