#!/usr/bin/env python3
"""An Attribloom endpoint: the documented check over the raw body, and nothing that the sender's code knows.

Environment: SECRET, SURFACE (the only surface id accepted; unset: any), NOW_MS (a stopped clock, for vectors),
FAIL_FIRST, LISTEN_HOST, LISTEN_PORT.
"""

import hashlib
import hmac
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_MS = 5 * 60 * 1000
SIGNATURE_HEADERS = ("x-ea-surface", "x-ea-timestamp", "x-ea-signature")

SECRET = os.environ.get("SECRET", "")
SURFACE = os.environ.get("SURFACE", "")


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    to_fail = int(os.environ.get("FAIL_FIRST") or 0)
    one_at_a_time = threading.Lock()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        signed_text = self.headers.get("x-ea-timestamp", "").encode() + b"." + body
        try:
            conversion = json.loads(body)
        except ValueError:
            conversion = None
        if not isinstance(conversion, dict):
            conversion = {}
        why = self.why_not(signed_text) or (None if "externalId" in conversion else "the body has no externalId")

        # Connections have threads of their own, so the countdown and the line on stdout need the lock.
        with Receiver.one_at_a_time:
            status = 401 if why else 200
            if Receiver.to_fail > 0:
                Receiver.to_fail -= 1
                status = 500
            line = {"verified": not why, "status": status}
            if why:
                line["why"] = why
            line.update(
                transactionId=conversion.get("externalId"),
                values=conversion,
                signedText=signed_text.decode(errors="replace"),
                rawBody=body.decode(errors="replace"),
                method=self.command,
                target=self.path,
                headers={name: ", ".join(self.headers.get_all(name)) for name in self.headers},
            )
            print(json.dumps(line), flush=True)
        self.answer(status, "OK" if status == 200 else why or "failing on purpose")

    # Another method is refused like a bad signature, so that it is seen in the report.
    do_GET = do_PUT = do_POST

    def why_not(self, signed_text):
        if self.command != "POST":
            return "not a POST"
        for name in SIGNATURE_HEADERS:
            sent = self.headers.get_all(name, [])
            if len(sent) != 1:
                return f"{name} was sent {len(sent)} times"
        timestamp = self.headers["x-ea-timestamp"]
        if not (timestamp.isascii() and timestamp.isdigit()):
            return "x-ea-timestamp is not in Unix milliseconds"
        now = int(os.environ.get("NOW_MS") or time.time() * 1000)
        if abs(now - int(timestamp)) > TOLERANCE_MS:
            return "the timestamp is more than 5 minutes off"
        if SURFACE and self.headers["x-ea-surface"] != SURFACE:
            return "unknown surface"
        expected = hmac.new(SECRET.encode(), signed_text, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), self.headers["x-ea-signature"].encode(errors="replace")):
            return "the signature does not match"
        return None

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """The line on stdout says it all; the server's own log would only repeat it."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # A burst of callbacks would overflow the library's default of 5 waiting connections.
    request_queue_size = 128


if not SECRET:
    sys.exit("set SECRET to the key that callbacks are signed with")
server = Server((os.environ.get("LISTEN_HOST") or "127.0.0.1", int(os.environ.get("LISTEN_PORT") or 0)), Receiver)
print(json.dumps({"listening": server.server_address[1]}), flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    pass
