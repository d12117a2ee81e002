"""A provider of other accounts, served over HTTP in the test's process: OpenID Connect, QQ, WeChat and Weibo.

`answers` says what to answer instead at an address; `claims` what the next tokens say otherwise.
"""

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt

CLIENT, SECRET = "meiri", "a-secret-of-the-site-that-nobody-sees"


@dataclass(frozen=True)
class Answer:
    body: bytes | str
    kind: str = "application/json"
    status: int = 200
    headers: dict = field(default_factory=dict)
    # Seconds between each of the bytes.
    drip: float = 0


class Provider:
    def __init__(self):
        self.codes: dict[str, dict] = {}
        self.answers: dict[str, Answer] = {}
        self.claims: dict[str, object] = {}
        self.profile = {
            "sub": "u-1001",
            "name": "山间来客",
            "email": "lin@paper.example",
            "email_verified": True,
        }
        self.asked: list[tuple[str, dict]] = []
        self.over = threading.Event()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(dict(parse_qsl(urlsplit(self.path).query)))

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                self.answer(dict(parse_qsl(self.rfile.read(length).decode())))

            def answer(self, sent):
                path = urlsplit(self.path).path
                if bearer := self.headers.get("Authorization"):
                    sent["access_token"] = bearer.removeprefix("Bearer ")
                provider.asked.append((path, sent))
                answer = provider.answers.get(path) or provider.answer(path, sent)
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for at in range(0, len(body), 1 if answer.drip else 65536):
                        self.wfile.write(body[at : at + (1 if answer.drip else 65536)])
                        if answer.drip and provider.over.wait(answer.drip):
                            return
                except OSError:
                    return

            def log_message(self, *args):
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    def stop(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def consent(self, address: str) -> dict:
        """Somebody confirms at `address`; what their browser brings back."""
        sent = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(8)
        self.codes[code] = sent
        return {"code": code, "state": sent["state"]}

    def answer(self, path: str, sent: dict) -> Answer:
        if sent.get("access_token", "t") != "t":
            return as_json({"error": "invalid_token"}, 401)
        return getattr(self, path.strip("/").replace("/", "_").replace(".", "_").replace("-", "_"))(sent)

    def _well_known_openid_configuration(self, sent):
        return as_json(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        )

    def authorize(self, sent):
        """The page of the provider where somebody confirms who they are."""
        self.codes[code := secrets.token_urlsafe(8)] = sent
        back = urlencode({"code": code, "state": sent["state"]})
        address = html.escape(f"{sent['redirect_uri']}?{back}")
        refused = html.escape(
            f"{sent['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': sent['state']})}"
        )
        page = f'<html lang="zh"><h1>统一身份</h1><p><a href="{address}">同意</a> <a href="{refused}">拒绝</a></p></html>'
        return Answer(page, "text/html; charset=utf-8")

    def token(self, sent):
        begun = self.codes.pop(sent.get("code"), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if (
            begun is None
            or (sent["client_id"], sent["client_secret"]) != (CLIENT, SECRET)
            or sent["redirect_uri"] != begun["redirect_uri"]
            or begun["code_challenge"] != proof.decode().rstrip("=")
        ):
            return as_json({"error": "invalid_grant"}, 400)
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": self.profile["sub"],
            "exp": time.time() + 60,
            "nonce": begun["nonce"],
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(claims, SECRET * 2, algorithm="HS256")
        return as_json({"access_token": "t", "token_type": "Bearer", "expires_in": 60, "id_token": token})

    def userinfo(self, sent):
        return as_json(self.profile)

    def oauth2_0_token(self, sent):
        """QQ's: an error comes as a script whatever was asked for."""
        if self.codes.pop(sent["code"], None) is None:
            return Answer(
                'callback( {"error":100020,"error_description":"code is reused error"} );', "text/html"
            )
        return as_json({"access_token": "t", "expires_in": "7776000", "refresh_token": "r"})

    def oauth2_0_me(self, sent):
        return as_json({"client_id": CLIENT, "openid": "8CFB3D6A"})

    def user_get_user_info(self, sent):
        assert (sent["oauth_consumer_key"], sent["openid"]) == (CLIENT, "8CFB3D6A")
        return as_json({"ret": 0, "msg": "", "nickname": "山间来客"}, kind="text/html; charset=utf-8")

    def sns_oauth2_access_token(self, sent):
        """WeChat's: JSON in UTF-8 that calls itself plain text."""
        if self.codes.pop(sent["code"], None) is None:
            return as_json({"errcode": 40163, "errmsg": "code been used"}, kind="text/plain")
        return as_json({"access_token": "t", "expires_in": 7200, "openid": "oX1"}, kind="text/plain")

    def sns_userinfo(self, sent):
        return as_json({"openid": sent["openid"], "nickname": "山间来客"}, kind="text/plain")

    def weibo_access_token(self, sent):
        if self.codes.pop(sent["code"], None) is None:
            return as_json({"error": "invalid_grant", "error_code": 21325}, 400)
        return as_json(
            {"access_token": "t", "expires_in": 157679999, "uid": "1404376560"},
            kind="text/plain;charset=UTF-8",
        )

    def weibo_users_show(self, sent):
        return as_json({"idstr": sent["uid"], "name": "山间来客", "screen_name": "山间来客"})


def as_json(value, status: int = 200, kind: str = "application/json") -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False), kind, status)
