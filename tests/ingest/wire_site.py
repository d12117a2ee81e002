"""An agency's site on this machine: it answers what a test tells it to, and remembers what it was asked."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class AgencySite(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}})
        status, headers, body = self.server.answers[self.path]
        if headers.get("ETag") and self.headers["If-None-Match"] == headers["ETag"]:
            status, body = 304, b""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            # None is an answer without end.
            while body is None:
                self.wfile.write(b"<rss><channel><item>" * 5_000)
            self.wfile.write(body)
        except OSError:
            self.server.cut.set()

    def log_message(self, *args):
        """Nothing."""


class Agency:
    """Give it as many answers as wanted: `agency["/wire.json"] = 200, {}, b"…"`."""

    def __init__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), AgencySite)
        self.server.answers, self.server.asked, self.server.cut = {}, [], threading.Event()
        self.asked, self.cut = self.server.asked, self.server.cut
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def __setitem__(self, path, answer):
        self.server.answers[path] = answer

    def address(self, path) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()
