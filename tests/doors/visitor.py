"""Somebody at a browser without scripts: signs in at the real door, follows links, sends forms."""

import itertools
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests

from tests.doors.forms import Form, forms_of
from tests.doors.newsroom import PASSWORD

READER = "读者"
_number = itertools.count(1)
# Answers larger than this are not read to their end.
LARGEST = 20_000_000


class Visitor:
    """`watch(role, method, address, answer)` is shown every answer."""

    def __init__(self, url: str, role: str, watch: Callable[[str, str, str, requests.Response], None]):
        self.url, self.role, self.watch = url, role, watch
        self.session = requests.Session()
        # Each from an address of its own: limits of one are not those of another. RFC 2544: for tests.
        self.session.headers["X-Forwarded-For"] = str(ip_address("198.18.0.0") + next(_number))
        self.session.headers["Accept-Language"] = "zh-CN"

    def get(self, address: str, **headers: str) -> requests.Response:
        return self._send("GET", address, headers=headers)

    def post(self, address: str, values, files=None, **headers: str) -> requests.Response:
        token = self.session.cookies.get("csrftoken", "")
        headers = {"Referer": self.url + address, "X-CSRFToken": token} | headers
        return self._send("POST", address, data=values, files=files, headers=headers)

    def send(self, form: Form, **changed) -> requests.Response:
        """Send a form with some of its values changed."""
        values = form.filled(**changed)
        if form.method == "post":
            return self.post(form.action, values)
        query = requests.models.RequestEncodingMixin._encode_params(values)
        return self.get(f"{form.action.partition('?')[0]}?{query}")

    def _send(self, method: str, address: str, **options) -> requests.Response:
        """Follow redirects within the site; each answer is shown to the watch."""
        for _ in range(8):
            answer = self.session.request(
                method, self.url + address, allow_redirects=False, timeout=120, **options
            )
            self.watch(self.role, method, address, answer)
            if answer.status_code not in (301, 302, 303, 307, 308):
                break
            to = urlsplit(answer.headers["Location"])
            if to.netloc and to.netloc != urlsplit(self.url).netloc:
                break
            method, address, options = "GET", to.path + (f"?{to.query}" if to.query else ""), {}
        answer.address = address
        return answer

    def form(self, address: str, button: str | None = None, field: str | None = None) -> Form:
        """The form at `address` that has this button or field. Raises `LookupError` where there is none."""
        answer = self.get(address)
        for form in forms_of(answer.text, address):
            names = {name for name, _ in form.buttons} if button else {name for name, _ in form.values}
            if (button or field) in names:
                return form.with_button(button) if button else form
        raise LookupError(
            f"{address} answers {self.role} with {answer.status_code} and without {button or field}."
        )

    def sign_in(self) -> None:
        """At the members' door. Raises `LookupError` where it does not open."""
        form = self.form("/members/login/?next=/admin/", field="login")
        answer = self.send(form, login=self.role, password=PASSWORD)
        if not answer.address.startswith("/admin/"):
            raise LookupError(f"{self.role} is not let in: {answer.status_code} {answer.address}")
