"""Asking another Wagtail site for all it shows by its public API v2 (https://docs.wagtail.org/en/stable/advanced_topics/api/v2/usage.html).

Pages, images and documents are asked for in the order of their numbers, a step at a time; a run that was ended goes on with the step after.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from meiri.ingest.migration.fetched_store import FetchedStore
from meiri.ingest.migration.polite_client import LeftAlone, PoliteClient, TooBusy
from meiri.ingest.parsed import Unreadable
from meiri.outbound import Unreachable

KIND = "wagtail"
PATH = "/api/v2/"
# What Wagtail gives at once where a site sets nothing else (WAGTAILAPI_LIMIT_MAX); more is refused there.
STEP = 20
MOST_BYTES = 32 * 1024 * 1024
MOST_ITEMS, MOST_TYPES = 2_000_000, 100
# The kinds of rows in the store.
PAGE, IMAGE, DOCUMENT = "page", "image", "document"
# Besides those of servers, failures that pass: 408 and 425.
_PASSING = (408, 425)
_BASE_PAGE = "wagtailcore.Page"


class NoApi(Unreadable):
    """There is no Wagtail API at an address, or it does not give a list. `status`: of its answer, 0 where that was not HTTP's."""

    def __init__(self, reason: str, status: int = 0):
        super().__init__(reason)
        self.status = status


def api_of(address: str) -> str:
    """The address of the API of a site: the one that is given where it is that of an API, else the usual one."""
    parts = urlsplit(address)
    before, found, _ = parts.path.partition(PATH)
    return f"{parts.scheme}://{parts.netloc}{before if found else ''}{PATH}"


def check_api(client: PoliteClient, address: str) -> None:
    """Raises `NoApi` where the site has none, and `Unreadable` where it can't be told now."""
    try:
        found = _json(client, f"{api_of(address)}pages/?limit=1")
    except NoApi as error:
        if error.status >= 500 or error.status in _PASSING:
            raise Unreadable(f"{error.reason}过些时候再运行。") from error
        raise
    except (Unreachable, TooBusy) as error:
        raise Unreadable(f"旧站现在没有回答（{error}），过些时候再运行。") from error
    except LeftAlone as error:
        raise NoApi(f"旧站没有 Wagtail 接口（{error}）。") from error
    if not isinstance(found.get("items"), list) or "total_count" not in (found.get("meta") or {}):
        raise NoApi("旧站没有 Wagtail 接口。")


def fetch_by_api(store: FetchedStore, client: PoliteClient, address: str) -> Iterator[str]:
    """Fetch all pages, images and documents; the address of each step when it is stored. Raises `Unreadable` where the site does not go
    on answering; the next run goes on."""
    api = api_of(address)
    if store.begin_round():
        for name in ("looking", "types", "at"):
            store.note(name, "")
    if not store.about("types"):
        yield from _look_for_types(store, client, api)
    types = json.loads(store.about("types"))
    steps = [(PAGE, f"pages/?type={name}&") for name in types]
    steps += [(IMAGE, "images/?"), (DOCUMENT, "documents/?")]
    done, _, offset = store.about("at").partition(" ")
    for number, (kind, path) in enumerate(steps):
        if number < int(done or 0):
            continue
        begin = int(offset or 0) if number == int(done or 0) else 0
        fields = _fields_of(client, f"{api}{path}") if kind == PAGE else "*"
        for url, items, after in _listed(client, f"{api}{path}fields={fields}&", begin, kind != PAGE):
            for item in items:
                key = f"{kind}:{item['id']}"
                store.keep(key, kind=kind, read=json.dumps(item, ensure_ascii=False))
            store.note("at", f"{number} {after}")
            yield url
        store.note("at", f"{number + 1} 0")
    store.end_round()


def _look_for_types(store: FetchedStore, client: PoliteClient, api: str) -> Iterator[str]:
    """Note the types of pages that the site shows; the address of each step when what it brought is noted, for the next run to go on with."""
    types, offset = json.loads(store.about("looking") or "[[], 0]")
    for url, items, after in _listed(client, f"{api}pages/?", offset, False):
        for item in items:
            name = str((item.get("meta") or {}).get("type") or "")
            if name and name != _BASE_PAGE and name not in types and len(types) < MOST_TYPES:
                types.append(name)
        store.note("looking", json.dumps([types, after]))
        yield url
    store.note("types", json.dumps(types))


def _fields_of(client: PoliteClient, address: str) -> str:
    """All fields of a type of pages, with those of what they lead to: unasked, the API gives no more than the numbers of that."""
    first = next(_listed(client, f"{address}fields=*&", 0, False), None)
    inner: dict[str, str] = {}
    for item in first[1] if first else ():
        for name, value in item.items():
            if name != "meta" and (found := _inner_fields(value, 0)):
                inner[name] = found
    if not inner:
        return "*"
    fields = "*," + ",".join(f"{name}{found}" for name, found in inner.items())
    try:
        next(_listed(client, f"{address}fields={fields}&", 0, False), None)
    except NoApi:  # what it leads to has no fields of its own
        return "*"
    return fields


def _inner_fields(value: Any, depth: int) -> str:
    """How to ask for the fields of a related object, or of each in a list; "" for what is none."""
    if isinstance(value, list):
        return next((found for one in value[:20] if (found := _inner_fields(one, depth))), "")
    if not isinstance(value, dict) or not isinstance(value.get("meta"), dict) or depth > 2:
        return ""
    deeper = {name: _inner_fields(part, depth + 1) for name, part in value.items() if name != "meta"}
    return f"(*{''.join(f',{name}{found}' for name, found in deeper.items() if found)})"


def _listed(
    client: PoliteClient, address: str, offset: int, may_be_missing: bool
) -> Iterator[tuple[str, list[dict], int]]:
    """A list step by step: the address of each, its items, and where the next begins. It ends where the site gives nothing new."""
    last = -1
    while offset < MOST_ITEMS:
        url = f"{address}{urlencode({'order': 'id', 'limit': STEP, 'offset': offset})}"
        try:
            found = _json(client, url)
        except NoApi as error:
            # A site may offer its pages alone.
            if may_be_missing and error.status == 404:
                return
            raise
        except (Unreachable, LeftAlone) as error:
            raise Unreadable(f"旧站的接口没有答完（{error}），再运行会接着取。") from error
        items = [one for one in found.get("items") or () if isinstance(one, dict) and _number(one.get("id"))]
        # In the order of their numbers: a site that gives the same again would do so for ever.
        fresh = [one for one in items if one["id"] > last]
        if not fresh:
            return
        last = max(one["id"] for one in fresh)
        offset += STEP
        yield url, fresh, offset
        if offset >= (_number((found.get("meta") or {}).get("total_count")) or MOST_ITEMS):
            return


def _json(client: PoliteClient, url: str) -> dict[str, Any]:
    answer = client.get(url, MOST_BYTES)
    if answer.response.status != 200:
        status = answer.response.status
        raise NoApi(f"旧站的 Wagtail 接口返回状态 {status}。", status)
    if not answer.response.is_whole:
        raise Unreadable(f"旧站的接口一次答了超过 {MOST_BYTES // 1024 // 1024} MB，没有读取。")
    try:
        found = json.loads(answer.response.body)
    except (ValueError, RecursionError) as error:
        raise NoApi("旧站的 Wagtail 接口给出的不是 JSON。") from error
    return found if isinstance(found, dict) else {}


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def download_address(item: dict, base: str) -> str:
    """Where the file of an image or a document is; "" where the site does not say."""
    said = (item.get("meta") or {}).get("download_url") or item.get("download_url") or ""
    try:
        found = urljoin(f"{base}/", str(said)) if said else ""
    except ValueError:
        return ""
    return found if found.startswith(("http://", "https://")) else ""
