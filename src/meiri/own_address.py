"""The site's own address, as readers type it, where no setting says it: it follows what `meiri serve` listens on.

What serves the site keeps the address in the data folder, so that every other command (`meiri import`, `meiri verify`) means
the same one. Nothing here needs Django's settings: they are made of it.
"""

import argparse
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

FILE = "base-url"


def add_options(parser: argparse.ArgumentParser, host: str | None = None, port: int | None = None) -> None:
    """The options of `meiri serve` and `meiri watch` that say where it listens, with their defaults."""
    parser.add_argument("--host", default=host, help="address to listen on (default: MEIRI_HOST)")
    parser.add_argument("--port", type=int, default=port, help="port to listen on (default: MEIRI_PORT)")


def listens_on(arguments: Sequence[str]) -> tuple[str | None, int | None] | None:
    """What the command line of one of the two says of host and port; None where it is that of another command."""
    if list(arguments[1:2]) not in (["serve"], ["watch"]):
        return None
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    add_options(parser)
    try:
        options, _ = parser.parse_known_args(list(arguments[2:]))
    except argparse.ArgumentError:
        return None, None  # the command itself refuses it
    return options.host, options.port


def address_of_server(host: str, port: int) -> str:
    """The address under which a server that listens on `host` and `port` is reached from its own machine."""
    with suppress(ValueError):
        address = ip_address(host.strip("[]").partition("%")[0])
        if address.is_unspecified:  # all of the machine's addresses; as an address to go to it means nothing
            host = "localhost"
        else:
            host = f"[{address}]" if address.version == 6 else str(address)
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"


def kept_address(home: Path) -> str:
    """The address that the site was last served with; "" where it never was."""
    try:
        address = (home / FILE).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return address if is_address(address) else ""


def keep_address(home: Path, address: str) -> None:
    """Keep the address that the site is served with."""
    if kept_address(home) == address:
        return
    draft = home / f"{FILE}.{secrets.token_hex(4)}"
    draft.write_text(address + "\n")
    os.replace(draft, home / FILE)


def is_address(text: str) -> bool:
    """Whether `text` is the address of a site: `https://www.example.com`, with or without a port."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and plain
        and not any(map(str.isspace, text))
    )
