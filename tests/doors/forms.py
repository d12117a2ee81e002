"""Forms as a browser would send them: read from a page, changed, sent."""

import json
import re
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

import lxml.html

ADDRESS = re.compile(r"""["'(](/[^\s"'<>()\\{}]*)""")
UNTYPED = {"submit", "button", "image", "reset", "file"}


@dataclass
class Form:
    """A form of a page: where it is sent to, what it holds, what its buttons add."""

    action: str
    method: str
    values: list[tuple[str, str]]
    buttons: list[tuple[str, str]]
    texts: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def filled(self, **changed: str | list[str] | None) -> list[tuple[str, str]]:
        """The values with those of `changed` in place of their own; names may be written with `__` for `-`."""
        changed = {k.replace("__", "-"): v for k, v in changed.items()}
        kept = [(k, v) for k, v in self.values if k not in changed]
        for name, value in changed.items():
            kept += [
                (name, one) for one in (value if isinstance(value, list) else [value]) if one is not None
            ]
        return kept

    def with_button(self, name: str) -> "Form":
        """The form with one of its buttons pressed. Raises `LookupError` where there is no such button."""
        value = next((v for n, v in self.buttons if n == name), None)
        if value is None:
            raise LookupError(f"{self.action} has no button {name}.")
        return replace(self, values=[*self.values, (name, value)])


def page_of(html: str, address: str) -> lxml.html.HtmlElement | None:
    """The parsed page; None for what is no page."""
    if not html.strip():
        return None
    page = lxml.html.fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    page.base_address = address
    return page


def links_of(text: str) -> set[str]:
    """Every address of the same site that a page, a fragment or a document of JSON names."""
    return {address.replace("&amp;", "&").partition("#")[0] for address in ADDRESS.findall(text)}


def forms_of(html: str, address: str) -> list[Form]:
    """The forms of a page, blocks of the editor included."""
    page = page_of(html, address)
    return [] if page is None else [_read(form, page, address) for form in page.iter("form")]


def _read(form, page, address: str) -> Form:
    action = urljoin(address, form.get("action") or address)
    parts = urlsplit(action)
    found = Form(
        parts.path + (f"?{parts.query}" if parts.query else ""), (form.get("method") or "get").lower(), [], []
    )
    name = form.get("id")
    outside = page.xpath("//*[@form=$name]", name=name) if name else []
    for element in [*form.iter("input", "select", "textarea", "button"), *outside]:
        _take(element, found)
    for block in form.xpath(".//*[@data-w-block-arguments-value]"):
        state = Unpacked().of(json.loads(block.get("data-w-block-arguments-value"))[0])
        found.values += posted(state, block.get("id"))
    return found


def _take(element, form: Form) -> None:
    name, kind = element.get("name"), (element.get("type") or "").lower()
    if element.tag == "button" or kind in ("submit", "image"):
        if kind != "button":
            form.buttons.append((name or "", element.get("value") or ""))
        return
    if not name or "__prefix__" in name or element.get("disabled") is not None:
        return
    if kind == "file":
        form.files.append(name)
    elif element.tag == "select":
        values = [option.get("value", option.text or "") for option in element.iter("option")]
        chosen = [
            o.get("value", o.text or "") for o in element.iter("option") if o.get("selected") is not None
        ]
        form.choices[name] = values
        multiple = element.get("multiple") is not None
        form.values += [(name, v) for v in (chosen or ([] if multiple else values[:1]))]
    elif kind in ("checkbox", "radio"):
        form.choices.setdefault(name, []).append(element.get("value") or "on")
        if element.get("checked") is not None:
            form.values.append((name, element.get("value") or "on"))
    elif element.tag == "textarea":
        form.texts.append(name)
        form.values.append((name, (element.text or "").removeprefix("\n")))
    elif kind not in UNTYPED:
        if kind in ("", "text", "search", "url", "number", "email", "date"):
            form.texts.append(name)
        form.values.append((name, element.get("value") or ""))


class Unpacked:
    """Values as Wagtail packs them for its scripts, plain again."""

    def __init__(self) -> None:
        self.known: dict[int, object] = {}

    def of(self, packed):
        if isinstance(packed, list):
            return [self.of(one) for one in packed]
        if not isinstance(packed, dict):
            return packed
        if "_ref" in packed:
            return self.known[packed["_ref"]]
        if "_val" in packed or "_list" in packed:
            value = self.of(packed.get("_val", packed.get("_list")))
        else:
            value = {k: self.of(v) for k, v in packed.get("_dict", packed).items() if k != "_id"}
        if "_id" in packed:
            self.known[packed["_id"]] = value
        return value


def posted(state, prefix: str) -> list[tuple[str, str]]:
    """The fields that Wagtail's script makes of the state of a block."""
    if isinstance(state, list) and all(isinstance(child, dict) and "value" in child for child in state):
        fields = [(f"{prefix}-count", str(len(state)))]
        for number, child in enumerate(state):
            fields += [
                (f"{prefix}-{number}-deleted", ""),
                (f"{prefix}-{number}-order", str(number)),
                (f"{prefix}-{number}-id", child.get("id") or ""),
                *([(f"{prefix}-{number}-type", child["type"])] if "type" in child else []),
                *posted(child["value"], f"{prefix}-{number}-value"),
            ]
        return fields
    if isinstance(state, list):
        return [(prefix, str(value)) for value in state]
    if isinstance(state, dict) and {"id", "edit_url"} <= state.keys():
        return [(prefix, str(state["id"]))]
    if isinstance(state, dict):
        return [field for name, value in state.items() for field in posted(value, f"{prefix}-{name}")]
    if isinstance(state, bool):
        return [(prefix, "on")] if state else []
    return [(prefix, "" if state is None else str(state))]
