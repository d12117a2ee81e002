"""What readers feel while files that were made to cost are being read: an import of hostile text and ten letters with PDFs."""

import argparse
import http.client
import json
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from secrets import token_hex
from statistics import quantiles
from urllib.parse import urlencode

from bench._processes import answer_of_step, begin, free_port, take_step
from bench.killing import Site

ARTICLES = 60
SECONDS = 20
READERS = 2
HOSTILE = "<html><body>" + "<script>" * 20_000  # 160 kB
ANNOTATIONS = 30_000
LETTERS = 10
COOKIE = "c" * 32
answered: Counter[str] = Counter()
PASSWORD = "a-password-of-the-benchmark"  # noqa: S105


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.hostile_reading", description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="meiri-bench-") as folder:
        take_step("bench.hostile_reading", folder, "prepare")
        site = UnguardedStaff(Path(folder), free_port(), ("--prepare",))
        asked = json.loads(answer_of_step("bench.hostile_reading", folder, "addresses"))
        try:
            site.start()
            measure(site, asked, options.seconds)
        finally:
            site.stop()
    print(
        "what was sent, and how it was answered: " + ", ".join(f"{n} {what}" for what, n in answered.items())
    )


class UnguardedStaff(Site):
    """A site whose editor of the benchmark signs in without a second factor."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"MEIRI_STAFF_SECOND_FACTOR": "off"}


def measure(site: Site, asked: dict, seconds: int) -> None:
    read_for(site, asked["pages"], 5)
    for kind in ("stored", "searched"):
        pages = asked[kind]
        usual = read_for(site, pages, seconds)
        senders = [threading.Thread(target=post_import, args=(site, asked["cookie"]))]
        senders += [threading.Thread(target=post_letter, args=(site, n)) for n in range(LETTERS)]
        for sender in senders:
            sender.start()
        during = read_for(site, pages, seconds, until=senders)
        print(f"{kind} pages: {line(usual)}; while hostile files are read: {line(during)}")
        for sender in senders:
            sender.join()
    senders = [threading.Thread(target=post_letter, args=(site, LETTERS + n)) for n in range(LETTERS)]
    usual = sign_in(site)
    for sender in senders:
        sender.start()
    time.sleep(0.5)
    print(f"a sign-in: {usual:.2f} s; while letters are read: {sign_in(site):.2f} s")
    for sender in senders:
        sender.join()


def line(milliseconds: list[float]) -> str:
    cuts = quantiles(milliseconds, n=100)
    return f"median {cuts[49]:.1f} ms, 99 % {cuts[98]:.1f} ms of {len(milliseconds)}"


def read_for(site: Site, pages: list[str], seconds: float, until=()) -> list[float]:
    """Milliseconds of each page that readers read; at most `seconds`, and as long as one of the threads `until` lives."""
    taken: list[float] = []
    end = time.monotonic() + seconds

    def read(first: int) -> None:
        number = first
        while time.monotonic() < end and (not until or any(thread.is_alive() for thread in until)):
            began = time.perf_counter()
            status, _, _ = site.get(pages[number % len(pages)])
            taken.append((time.perf_counter() - began) * 1000)
            if status != 200:
                raise SystemExit(f"{pages[number % len(pages)]} was answered with {status}")
            number += READERS

    readers = [threading.Thread(target=read, args=(n,)) for n in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return taken


def post(site: Site, path: str, fields: dict, files=(), address="", cookie="") -> int:
    """Send a form; the status of the answer."""
    if files:
        mark = token_hex(16)
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        for name, file, content in files:
            head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'
            parts.append(head.encode() + content + b"\r\n")
        body, kind = b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
    else:
        body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=200)
    headers = {"Content-Type": kind, "Cookie": f"csrftoken={COOKIE}; {cookie}"}
    if address:
        headers["X-Forwarded-For"] = address
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    answered[f"{path} {answer.status}"] += 1
    return answer.status


def post_import(site: Site, cookie: str) -> None:
    file = ("uploads", "a.html", HOSTILE.encode())
    post(site, "/admin/import/", {"csrfmiddlewaretoken": COOKIE, "text": ""}, [file], cookie=cookie)


def post_letter(site: Site, number: int) -> None:
    fields = {
        "csrfmiddlewaretoken": COOKIE,
        "subject": "反映一件事",
        "text": "这封信反映的是一件具体的事情，写明了时间、地点和经过，请编辑部核实。",
        "name": "来信人",
        "contact": "13800001234",
        "consent": "on",
    }
    file = ("attachments", "a.pdf", costly_pdf())
    post(site, "/letters/write/", fields, [file], address=f"{20 + number}.0.{number}.7")


def costly_pdf() -> bytes:
    """A PDF of one page with as many annotations as take a while."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Annots ["
        + b" ".join(b"%d 0 R" % (4 + n) for n in range(ANNOTATIONS))
        + b"] >>",
    ]
    one = b"<< /Type /Annot /Subtype /Text /Rect [0 0 10 10] /Contents (a) >>"
    objects += [one] * ANNOTATIONS
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table)
    return bytes(out)


def sign_in(site: Site) -> float:
    began = time.perf_counter()
    fields = {"csrfmiddlewaretoken": COOKIE, "login": "bench@meiri.example", "password": PASSWORD}
    status = post(site, "/members/login/", fields)
    if status >= 500:
        raise SystemExit(f"A sign-in was answered with {status}")
    return time.perf_counter() - began


def prepare() -> None:
    from django.core.management import call_command

    from meiri.sample.generating import generate

    call_command("migrate", verbosity=0)
    generate(ARTICLES)


def addresses() -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from meiri.newsroom.models import Article

    users = get_user_model().objects
    users.create_user("reader", "bench@meiri.example", PASSWORD)
    client = Client()
    client.force_login(users.create_superuser("bench"))
    stored = [article.get_absolute_url() for article in Article.objects.live()[:30]]
    searched = [f"/search/?q={article.title[:4]}" for article in Article.objects.live()[:30]]
    cookie = "; ".join(f"{name}={value.value}" for name, value in client.cookies.items())
    print(json.dumps({"stored": stored, "searched": searched, "pages": stored + searched, "cookie": cookie}))


STEPS = {"prepare": prepare, "addresses": addresses}


if __name__ == "__main__":
    begin(main, STEPS)
