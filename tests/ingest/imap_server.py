"""A mailbox on this machine, as far as a reader of unread messages asks it (RFC 9051)."""

import re
import socketserver
import threading


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("* OK ready")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            command = rest.split(" ")[0].upper()
            if command == "LOGIN" and "secret" not in rest:
                self.say(f"{tag} NO wrong password")
                continue
            getattr(self, f"do_{command.lower()}", lambda rest: None)(rest)
            self.say(f"{tag} OK done")
            if command == "LOGOUT":
                return

    def say(self, line: str):
        self.wfile.write(line.encode() + b"\r\n")

    def do_capability(self, rest):
        self.say("* CAPABILITY IMAP4rev1")

    def do_select(self, rest):
        self.say(f"* {len(self.server.messages)} EXISTS")

    def do_search(self, rest):
        sender = re.search('FROM "(.*?)"', rest)[1]
        found = [
            n for n, (by, _) in self.server.messages.items() if by == sender and n not in self.server.seen
        ]
        self.say(f"* SEARCH {' '.join(map(str, found))}")

    def do_fetch(self, rest):
        number = int(rest.split(" ")[1])
        data = self.server.messages[number][1]
        if "RFC822.SIZE" in rest:
            self.say(f"* {number} FETCH (RFC822.SIZE {len(data)})")
        else:
            self.wfile.write(f"* {number} FETCH (BODY[] {{{len(data)}}}\r\n".encode() + data + b")\r\n")

    def do_store(self, rest):
        self.server.seen.add(int(rest.split(" ")[1]))

    def do_logout(self, rest):
        self.say("* BYE")


class Mailbox:
    """Messages, each with its sender; `seen` are the numbers of those that were marked as read."""

    def __init__(self, messages):
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session)
        self._server.messages = {n: (by, bytes(message)) for n, (by, message) in enumerate(messages, start=1)}
        self.seen = self._server.seen = set()
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
