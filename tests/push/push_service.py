"""A push service of the tests' own on this machine, and a browser that opens what it is sent."""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from meiri.push.message_encryption import decoded, encoded, point_of


class PushService:
    """Takes messages and keeps them as (path, headers, body). `answers`: statuses, and headers, by path; else 201."""

    def __init__(self):
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.received.append((self.path, dict(self.headers), body))
                status, headers = service.answers.get(self.path, (201, {}))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class PushBrowser:
    """What a browser keeps of a subscription. It opens messages by RFC 8188 and RFC 8291 with HMAC alone, not as the site seals them."""

    def __init__(self, endpoint: str, number: int | None = None, secret: bytes = b"0123456789abcdef"):
        self.endpoint, self._secret = endpoint, secret
        self._key = (
            ec.derive_private_key(number, ec.SECP256R1())
            if number
            else ec.generate_private_key(ec.SECP256R1())
        )

    @property
    def form(self) -> dict[str, str]:
        key = encoded(point_of(self._key.public_key()))
        return {"endpoint": self.endpoint, "public_key": key, "secret": encoded(self._secret)}

    def opened(self, body: bytes) -> bytes:
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert length == 65
        assert len(sealed) <= size
        shared = self._key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        )
        own = point_of(self._key.public_key())
        keying = _once(_hmac(self._secret, shared), b"WebPush: info\0" + own + theirs, 32)
        pseudorandom = _hmac(salt, keying)
        key = _once(pseudorandom, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _once(pseudorandom, b"Content-Encoding: nonce\0", 12)
        text = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert text.endswith(b"\x02")
        return text[:-1]


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


def _once(key: bytes, info: bytes, length: int) -> bytes:
    return _hmac(key, info + b"\x01")[:length]


def claims_of(authorization: str) -> dict:
    """What the token of a header claims, once its signature is checked with the key beside it."""
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    scheme, _, parameters = authorization.partition(" ")
    assert scheme == "vapid"
    given = dict(part.strip().split("=", 1) for part in parameters.split(","))
    head, claims, signature = given["t"].split(".")
    assert json.loads(decoded(head)) == {"typ": "JWT", "alg": "ES256"}
    numbers = decoded(signature)
    assert len(numbers) == 64
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(given["k"]))
    pair = encode_dss_signature(int.from_bytes(numbers[:32]), int.from_bytes(numbers[32:]))
    key.verify(pair, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    return json.loads(decoded(claims))
