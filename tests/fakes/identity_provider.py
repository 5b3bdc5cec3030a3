"""An identity provider over real HTTP, with keys of its own; it counts how often it is asked for them."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "assay"
SIGNED_BY = "first"
_DISCOVERY, _KEYS = "/.well-known/openid-configuration", "/keys"


class IdentityProvider:
    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.keys: list[dict[str, Any]] = [  # JSON Web Keys
            {**RSAAlgorithm.to_jwk(self.rsa.public_key(), as_dict=True), "kid": SIGNED_BY, "use": "sig"},
            {**ECAlgorithm.to_jwk(self.ec.public_key(), as_dict=True), "kid": "curve", "alg": "ES256"},
        ]
        self.address = ""
        self.claimed_issuer: str | None = None
        """What its discovery document says, if not the truth."""
        self.is_down = False
        self.asked: list[str] = []

    @property
    def issuer(self) -> str:
        return f"{self.address}/"

    def claims(self, **more: object) -> dict[str, object]:
        now = int(time.time())
        return {"iss": self.issuer, "aud": AUDIENCE, "sub": "u-1", "iat": now, "exp": now + 600, **more}

    def token(self, **claims: object) -> str:
        """Signed with the first key; a claim that is None is left out."""
        kept = {name: value for name, value in self.claims(**claims).items() if value is not None}
        return jwt.encode(kept, self.rsa, "RS256", {"kid": SIGNED_BY})

    def answer(self, path: str) -> dict[str, object] | None:
        self.asked.append(path)
        if self.is_down:
            return None
        if path == _KEYS:
            return {"keys": self.keys}
        return {"issuer": self.claimed_issuer or self.issuer, "jwks_uri": f"{self.address}{_KEYS}"}


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    provider = IdentityProvider()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider)) as server:
        provider.address = f"http://127.0.0.1:{server.server_address[1]}"
        answering = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        answering.start()
        try:
            yield provider
        finally:
            server.shutdown()
            answering.join()


def _handler(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = provider.answer(self.path)
            body = json.dumps(found).encode()
            self.send_response(503 if found is None else 200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent: a test looks at what was asked, not at its log."""

    return Handler
