"""What the receivers in Python do alike: they listen, report each request in a line, and answer it.

Environment: SECRET, PUBLIC_ORIGIN, FAIL_FIRST, LISTEN_HOST, LISTEN_PORT.
"""

import hashlib
import hmac
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

SECRET = os.environ.get("SECRET", "")
if not SECRET:
    sys.exit("set SECRET to the key that callbacks are signed with")


class Request:
    """A request as a page sees it: the called URL, the decoded parameters, the headers and the raw body."""

    def __init__(self, handler):
        self.method = handler.command
        self.target = handler.path
        self.headers = handler.headers
        self.body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        self.query = urlsplit(handler.path).query
        self.values = dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def origin(self):
        """The one that the sender called, which behind a proxy is not the one that this server sees."""
        public = os.environ.get("PUBLIC_ORIGIN", "")
        if "://" in public:
            return public.rstrip("/")
        scheme = self.headers.get("x-forwarded-proto", "http") if public else "http"
        return f"{scheme}://{self.headers.get('host', '')}"

    def parsed_body(self):
        """The body's JSON object; an empty one if it is none."""
        try:
            body = json.loads(self.body)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}


def keyed(text):
    """The hex HMAC-SHA256 of a text, the secret as the key."""
    return hmac.new(SECRET.encode(), text if isinstance(text, bytes) else text.encode(), hashlib.sha256).hexdigest()


def same(expected, given):
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def signed_get(request, values, signature, text, digest, transaction_id):
    """What a GET is found to be. `text` makes the signed text out of the secret, so that the report can show the text
    with the word `{secret}` in its place, and `digest` makes the signature out of the text.
    """
    if request.method != "GET":
        why = "not a GET"
    elif not signature:
        why = "no signature"
    else:
        why = None if same(digest(text(SECRET)), signature) else "the signature does not match"
    return {"why": why, "transactionId": transaction_id, "values": values, "signedText": text("{secret}")}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    to_fail = int(os.environ.get("FAIL_FIRST") or 0)
    one_at_a_time = threading.Lock()

    def do_GET(self):
        request = Request(self)
        found = self.server.look(request)
        why = found.pop("why")

        # Connections have threads of their own, so the countdown and the line on stdout need the lock.
        with Handler.one_at_a_time:
            status = self.server.refused if why else 200
            if Handler.to_fail > 0:
                Handler.to_fail -= 1
                status = 500
            line = {"verified": not why, "status": status} | ({"why": why} if why else {}) | found
            headers = {name: ", ".join(self.headers.get_all(name)) for name in self.headers}
            line |= {"method": request.method, "target": request.target, "headers": headers}
            print(json.dumps(line), flush=True)
        self.answer(status, "OK" if status == 200 else why or "failing on purpose")

    # Another method is refused like a bad signature, so that it is seen in the report.
    do_POST = do_PUT = do_GET

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


def serve(look, refused=401):
    """Listens, shows every request to `look`, and answers by what that finds: `why` is None if the request verifies."""
    address = (os.environ.get("LISTEN_HOST") or "127.0.0.1", int(os.environ.get("LISTEN_PORT") or 0))
    server = Server(address, Handler)
    server.look, server.refused = look, refused
    print(json.dumps({"listening": server.server_address[1]}), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
