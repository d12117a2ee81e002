"""Somebody else's site, served over HTTP by the test's process; the first part of an address says how it behaves."""

import gzip
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

DRIBBLED = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n"


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.command, self.path, self.headers["Host"]))
        kind, _, rest = self.path.strip("/").partition("/")
        if kind == "silent":
            self.server.over.wait(20)
            return
        if kind == "dribbled-head":
            self.dribble(DRIBBLED + b"X: " + b"x" * 10_000)
            return
        self.send_response(int(rest) if kind == "status" else 302 if kind in ("to", "loop") else 200)
        if kind in ("to", "loop"):
            self.send_header("Location", unquote(rest) or self.path)
        if kind == "packed":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if kind == "bytes":
            self.wfile.write(b"x" * int(rest))
        elif kind == "packed":
            self.wfile.write(gzip.compress(b"x" * int(rest)))
        elif kind == "dribbled-body":
            self.dribble(b"x" * 10_000)
        elif kind == "endless":
            try:
                while not self.server.over.is_set():
                    self.wfile.write(b"x" * 65536)
            except OSError:
                self.server.cut.set()

    def do_POST(self):
        self.do_GET()

    def dribble(self, content: bytes):
        try:
            for byte in content:
                self.wfile.write(bytes([byte]))
                if self.server.over.wait(0.05):
                    return
        except OSError:
            self.server.cut.set()

    def log_message(self, *args):
        """Nothing."""


def a_server(context: ssl.SSLContext | None = None) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.over, server.cut, server.asked = threading.Event(), threading.Event(), []
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


def stop(server: ThreadingHTTPServer) -> None:
    server.over.set()
    server.shutdown()
    server.server_close()
