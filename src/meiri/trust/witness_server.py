"""The HTTP side of a witness: `POST /add-checkpoint`, and its key at `/`."""

import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore

from meiri.trust.witness import LARGEST_REQUEST, Witness, WitnessReply

logger = logging.getLogger(__name__)

# Requests that are worked on at once; whoever comes beyond them waits to be taken.
MOST_AT_ONCE = 32
# Seconds that a client may be silent for.
SILENCE = 10


class WitnessServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness):
        self.witness, self._places = witness, BoundedSemaphore(MOST_AT_ONCE)
        super().__init__(address, WitnessHandler)

    def process_request(self, request, client_address):
        self._places.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()


class WitnessHandler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "meiri-witness", ""
    timeout = SILENCE

    def do_GET(self):
        known = self.path == "/"
        key = self.server.witness.signer.verifier
        self._answer(
            WitnessReply(200, f"{key}\n") if known else WitnessReply(404, "There is nothing here.\n")
        )

    def do_POST(self):
        length = self.headers.get("Content-Length") or ""
        if not length.isascii() or not length.isdecimal() or int(length[:9]) > LARGEST_REQUEST:
            self.close_connection = True
            self._answer(WitnessReply(400, f"A request has a length, of at most {LARGEST_REQUEST} bytes.\n"))
            return
        body = self.rfile.read(int(length))
        if self.path != "/add-checkpoint":
            self._answer(WitnessReply(404, "There is nothing here.\n"))
            return
        self._answer(self.server.witness.add_checkpoint(body))

    def _answer(self, reply: WitnessReply) -> None:
        content = reply.body.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments):
        logger.info(format, *arguments)
