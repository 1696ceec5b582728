"""An identity provider that speaks OpenID Connect, on this machine: discovery, keys, codes, tokens, user data.

It signs with a real key, checks the client's secret and PKCE, and can be told to lie in every way that a test needs.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "factcheck", "a secret of the client's that nobody guesses"


class IdentityProvider:
    """What the server knows, and how it is to answer."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.address = ""
        #: The claims about the person who signs in; `None` as a value leaves a claim out.
        self.person: dict[str, Any] = {}
        #: What the user's data say instead, and what the id token does.
        self.userinfo: dict[str, Any] = {}
        self.id_token: dict[str, Any] = {}
        #: Signs the id token, where not the provider does.
        self.signed_by: Any = None
        self.algorithm = "RS256"
        self._codes: dict[str, dict[str, str]] = {}

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "1", "alg": "RS256", "use": "sig"}]}

    def consent(self, asked: str) -> str:
        """What the person's browser is sent back to, from the address that it was sent to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
        code = f"code-{len(self._codes)}"
        self._codes[code] = query
        return f"{urlsplit(query['redirect_uri']).path}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self._codes.pop(form.get("code", ""), None)
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
        if asked is None or form.get("client_secret") != SECRET or asked["code_challenge"] != challenge:
            return None
        now = int(time.time())
        times = {"iat": now, "exp": now + 60}
        told = {"iss": self.address, "aud": CLIENT} | times | self.person | self.id_token
        told = {name: value for name, value in told.items() if value is not None}
        signed = jwt.encode(told, self.signed_by or self.key, self.algorithm, headers={"kid": "1"})
        return {"access_token": "let me in", "token_type": "Bearer", "id_token": signed}

    def user(self) -> dict[str, Any]:
        told = self.person | self.userinfo
        return {name: value for name, value in told.items() if value is not None}


@contextmanager
def serving() -> Iterator[IdentityProvider]:
    """The provider, as long as it is asked."""
    provider = IdentityProvider()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers = {
                "/.well-known/openid-configuration": provider.discovery,
                "/keys": provider.keys,
                "/userinfo": provider.user,
            }
            self.answer(answers[urlsplit(self.path).path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def answer(self, told: dict[str, Any] | None) -> None:
            body = json.dumps(told or {"error": "invalid_grant"}).encode()
            self.send_response(200 if told else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *line: Any) -> None:
            """Not to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
