"""A time-stamping authority (RFC 3161) on this machine, which signs by `openssl ts`."""

import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_SETTINGS = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ts]
default_tsa = signing
[signing]
dir = .
serial = ./serial
signer_cert = ./tsa.pem
signer_key = ./tsa.key
certs = ./root.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


class StampingAuthority:
    """Signs what it is asked to sign, or gives a configured response."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "settings").write_text(_SETTINGS)
        (folder / "serial").write_text("01\n")
        self._openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem"),
            *("-subj", "/CN=Sundvik Root", "-days", "3650", "-extensions", "root", "-config", "settings"),
        )
        self._openssl(
            *("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr"),
            *("-subj", "/CN=Sundvik Time", "-config", "settings"),
        )
        self._openssl(
            *("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-out", "tsa.pem"),
            *("-days", "3650", "-extfile", "settings", "-extensions", "tsa", "-set_serial", "2"),
        )
        self.root = folder / "root.pem"
        self.asked = 0
        #: What it answers instead of a timestamp: a status and a body.
        self.instead: tuple[int, bytes] | None = None
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers["Content-Length"]))
                authority.asked += 1
                status, body = authority.instead or (200, authority.sign(question))
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/tsr"

    def sign(self, question: bytes) -> bytes:
        """What the authority answers to a TimeStampReq."""
        (self.folder / "question").write_bytes(question)
        self._openssl(
            *("ts", "-reply", "-queryfile", "question", "-out", "answer"),
            *("-config", "settings", "-section", "signing"),
        )
        return (self.folder / "answer").read_bytes()

    def verify(self, token: bytes, digest: str) -> bool:
        """Whether `openssl ts -verify` says that the token is about this hash."""
        (self.folder / "token").write_bytes(token)
        output = subprocess.run(
            [
                *("openssl", "ts", "-verify", "-token_in", "-in", "token", "-digest", digest),
                *("-CAfile", "root.pem"),
            ],
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        return output.returncode == 0

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=True)
