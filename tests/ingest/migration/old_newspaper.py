"""An old site on this machine as old sites are: three templates, two encodings, redirects, traps, and one page too many."""

import gzip
import hashlib
import io
import threading
from base64 import b64encode
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

# Of each column: its folder, its name and the encoding of its pages.
COLUMNS = (("news", "要闻", "utf-8"), ("tech", "科技", "gbk"), ("local", "地方", "utf-8"))
NAMES = {folder: name for folder, name, _ in COLUMNS}
EACH = 6
FURNITURE = "欢迎订阅澄江旧报手机报，每天清晨送到您的手机上，发送短信即可开通。"
LARGE = 50 * 1024 * 1024
_NAVIGATION = "".join(f'<li><a href="/{folder}/">{name}</a></li>' for folder, name, _ in COLUMNS)


def title_of(folder: str, number: int) -> str:
    return f"澄江{NAMES[folder]}第{number}条消息"


def text_of(folder: str, number: int) -> list[str]:
    return [
        f"本报讯 第{number}天，记者在{folder}现场看到{number * 17}位居民沿江步行，两岸的灯都亮着。",
        f"据介绍，第{number}期工程全长{number * 31}公里，今年入冬以前可以完工，届时将惠及沿线村民。",
        f"当地负责人说，接下来还要修{number + 3}座小桥，让河两边的人来往方便一些。",
    ]


def page_of(folder: str, number: int, part: int = 1) -> bytes:
    """An article in the template of its column."""
    name, encoding = next((n, e) for f, n, e in COLUMNS if f == folder)
    title, first, second, third = title_of(folder, number), *text_of(folder, number)
    if part == 2:
        first, second, third = (f"第二页：{words}" for words in (first, second, third))
    day = f"2009-03-{number + 1:02}"
    picture = f'<p><img src="../tu/{folder}-{number}.jpg" alt="江边"></p>'
    if (folder, number) == ("local", 2):  # within the page itself
        drawn = b64encode(a_picture("/tu/local-2.jpg") + bytes(2000)).decode()
        picture = f'<p><img src="data:image/jpeg;base64,{drawn}" alt="江边"></p>'
    following = '<p><a href="3_2.html">下一页</a></p>' if (folder, number, part) == ("news", 3, 1) else ""
    meta = f"来源：澄江旧报　{day} 08:3{number}　作者：韩秋林"
    crumbs = f'<a href="/">首页</a> &gt; <a href="/{folder}/">{name}</a> &gt; 正文'
    top = f"<ul class='menu'>{_NAVIGATION}</ul><div class='where'>{crumbs}</div>"
    if folder == "news":
        inner = (
            f"{top}<h1>{title}</h1><div class='info'>{meta}</div><div id='content'><p>{first}</p>{picture}<p>{FURNITURE}</p><p>{second}</p>"
            f"<p>{third}</p></div>{following}<div>版权所有 澄江旧报社</div>"
        )
    elif folder == "tech":
        inner = (
            f"{top}<table><tr><td><h2 class='t'>{title}</h2><p>{meta}</p>{picture}<p>{first}</p><p>{second}</p><p>{FURNITURE}</p>"
            f"<p>{third}</p></td></tr></table>"
        )
    else:
        inner = (
            f"{top}<div class='l'><h3>{title}</h3><span>{meta}</span><div class='txt'>{first}<br><br>{FURNITURE}<br><br>{second}<br><br>{third}"
            f"</div>{picture}</div>"
        )
    head = f"<head><meta charset='{encoding}'><title>{title}_澄江旧报</title></head>"
    return f"<html>{head}<body>{inner}</body></html>".encode(encoding)


def list_of(folder: str) -> bytes:
    titles = "".join(f'<li><a href="/{folder}/{n}.html">{title_of(folder, n)}</a></li>' for n in range(EACH))
    return f"<html><head><title>列表</title></head><body><ul>{_NAVIGATION}</ul><ul>{titles}</ul></body></html>".encode()


def a_picture(path: str) -> bytes:
    drawn = io.BytesIO()
    # Of each address another.
    colour = tuple(hashlib.sha256(path.encode()).digest()[:3])
    Image.new("RGB", (300, 200), colour).save(drawn, "JPEG")
    return drawn.getvalue()


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        site = self.server.site
        with site.lock:
            site.asked[self.path] += 1
            site.at_once += 1
            site.most_at_once = max(site.most_at_once, site.at_once)
        try:
            self.answer(*site.answer(self.path, self.headers))
        finally:
            with site.lock:
                site.at_once -= 1

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for piece in body if isinstance(body, list) else [body]:
                self.wfile.write(piece)
                self.server.site.sent[self.path] += len(piece)
        except OSError:
            return

    def log_message(self, *args):
        """Nothing."""


class OldNewspaper:
    """`asked` counts requests by their addresses, `not_modified` answers of 304; `sent`: bytes; `added`: answers that a test gives."""

    def __init__(self, has_sitemap: bool = True):
        self.asked, self.not_modified, self.sent = Counter(), Counter(), Counter()
        self.at_once = self.most_at_once = 0
        self.lock, self.has_sitemap, self.added = threading.Lock(), has_sitemap, {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Request)
        self._server.site = self
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, headers) -> tuple[int, dict, bytes | list[bytes]]:
        if path in self.added:
            return self.added[path](self.asked[path])
        folder, _, name = path.strip("/").partition("/")
        known = {f for f, _, _ in COLUMNS}
        if folder in known and name in {f"{n}.html" for n in range(EACH)}:
            return self.page(headers, path, page_of(folder, int(name[0])))
        if path == "/news/3_2.html":
            return self.page(headers, path, page_of("news", 3, 2))
        if folder in known and not name:
            return 200, {"Content-Type": "text/html"}, list_of(folder)
        if folder == "tu":
            return 200, {"Content-Type": "image/jpeg"}, a_picture(path)
        if path.startswith("/calendar/"):
            return self.calendar(path)
        return getattr(self, f"at_{path.strip('/').replace('.', '_').replace('-', '_')}", self.nothing)()

    def page(self, headers, path, body):
        tag = f'"{len(body)}"'
        if headers.get("If-None-Match") == tag:
            self.not_modified[path] += 1
            return 304, {"ETag": tag}, b""
        return 200, {"Content-Type": "text/html", "ETag": tag}, body

    def nothing(self):
        return 404, {"Content-Type": "text/html"}, b"<p>gone</p>"

    def at_(self):
        links = f"<ul>{_NAVIGATION}</ul><a href='/calendar/2009/1/'>日历</a><a href='/old/1.html'>旧</a>"
        return 200, {"Content-Type": "text/html"}, f"<html><body>{links}</body></html>".encode()

    def at_robots_txt(self):
        named = f"Sitemap: {self.base}/sitemaps.xml\n" if self.has_sitemap else ""
        return 200, {"Content-Type": "text/plain"}, f"User-agent: *\nDisallow: /*secret*\n{named}".encode()

    def at_sitemaps_xml(self):
        if not self.has_sitemap:
            return self.nothing()
        inner = ("/sitemaps.xml", "/news-map.xml", "/more.xml.gz")
        found = "".join(f"<sitemap><loc>{self.base}{path}</loc></sitemap>" for path in inner)
        return 200, {}, _xml("sitemapindex", found)

    def at_news_map_xml(self):
        found = "".join(
            f"<url><loc>{self.base}/news/{n}.html</loc><n:news xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><n:title>题</n:title>"
            f"</n:news></url>"
            for n in range(EACH)
        )
        return 200, {}, _xml("urlset", found)

    def at_more_xml_gz(self):
        paths = [f"/{folder}/{n}.html" for folder in ("tech", "local") for n in range(EACH)]
        paths += [
            "/old/1.html",
            "/loop/a",
            "/secret/1.html",
            "/missing.html",
            "/large.html",
            "/away.html",
            "/inside.html",
        ]
        found = "".join(f"<url><loc>{self.base}{path}</loc></url>" for path in paths)
        found += "<url><loc>http://10.0.0.1/news/1.html</loc></url>"
        return 200, {"Content-Type": "application/gzip"}, gzip.compress(_xml("urlset", found))

    def calendar(self, path):
        year, month = (int(part) for part in path.strip("/").split("/")[1:3])
        links = "".join(
            f"<a href='/calendar/{year + y}/{month + m}/'>{m}月</a>" for y, m in ((0, 1), (1, 0), (1, 1))
        )
        return 200, {"Content-Type": "text/html"}, f"<html><body>{links}</body></html>".encode()

    def _to(self, address):
        return 301, {"Location": address}, b""


def _redirects(name: str, address: str):
    setattr(OldNewspaper, f"at_{name}", lambda self: self._to(address))


_redirects("old/1_html", "/news/1.html")
_redirects("loop/a", "/loop/b")
_redirects("loop/b", "/loop/a")
_redirects("away_html", "http://elsewhere.example/")
_redirects("inside_html", "http://169.254.169.254/latest/meta-data/")
OldNewspaper.at_large_html = lambda self: (
    200,
    {"Content-Type": "text/html"},
    [b"<p>" + b"x" * 65533] * (LARGE // 65536),
)


def map_of(addresses: list[str]) -> bytes:
    """A sitemap that names these."""
    return _xml("urlset", "".join(f"<url><loc>{address}</loc></url>" for address in addresses))


def _xml(root: str, inner: str) -> bytes:
    return f"<?xml version='1.0' encoding='UTF-8'?><{root} xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{inner}</{root}>".encode()
