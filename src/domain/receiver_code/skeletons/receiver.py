%% part reading
    transaction_id = <<transaction_id>>
%% if user
    user_id = <<user_id>>
%% end
%% if amount
    amount = <<amount>>
%% end
%% if reversal
    is_reversal = <<is_reversal>>
%% if other_id
    if is_reversal:
        transaction_id = <<reversed_id>>
%% end
%% if other_user
    if is_reversal:
        user_id = <<reversed_user>>
%% end
%% if other_amount
    if is_reversal:
        amount = <<reversed_amount>>
%% end
%% end
%% part end
# -*- coding: utf-8 -*-
<<heading>>
#
# Start it behind whatever ends TLS for you:
%% if secrets
#   RINGBACK_SECRET=… python3 receiver.py
%% end
%% if address
#   RINGBACK_ADDRESS=… python3 receiver.py
%% end
# It listens on 127.0.0.1:8000; PORT=8001 before it chooses another port.
%% if secrets
# RINGBACK_SECRET is the endpoint's secret; while it is being replaced, RINGBACK_SECRET_2 is the other one.
%% end
%% if address
# RINGBACK_ADDRESS is the address that callbacks come from, as the console shows it; several are separated by commas.
# Behind a proxy on this machine it is the last entry of X-Forwarded-For: your proxy must set X-Forwarded-For itself.
%% end
%% if base64 or base64url or decoded_key
import base64
%% end
%% if signed
import hashlib
%% end
%% if secrets
import hmac
%% end
%% if post
import json
%% end
import os
%% if last or wrapped or several or prefixed or zero or path
import re
%% end
import sys
import threading
%% if fresh
import time
%% end
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
%% if form or rfc3986
from urllib.parse import quote, unquote_plus
%% end
%% if get
%% unless form
from urllib.parse import unquote_plus
%% end
%% end
%% if path
from urllib.parse import unquote
%% end

%% if secrets
SECRETS = [secret for secret in map(os.environ.get, ("RINGBACK_SECRET", "RINGBACK_SECRET_2")) if secret]
if not SECRETS:
    sys.exit("Set RINGBACK_SECRET to the secret of the endpoint.")
%% end
%% if address
ADDRESSES = [address.strip() for address in os.environ.get("RINGBACK_ADDRESS", "").split(",") if address.strip()]
if not ADDRESSES:
    sys.exit("Set RINGBACK_ADDRESS to the address that callbacks come from.")
%% end
%% if fresh
TOLERANCE_SECONDS = int(os.environ.get("RINGBACK_TOLERANCE_SECONDS", "300"))
%% end
LEDGER = os.environ.get("RINGBACK_LEDGER", "ringback-ledger.txt")
%% if url
# A signed URL begins as it was sent, whatever a proxy makes of scheme and host.
ORIGIN = <<origin>>
%% end


def credit(transaction_id<<_user>><<_amount>>, values):
    """YOURS TO WRITE: give the user the reward. Called once for each transaction id."""
    <<meanings>>
    print("credit", transaction_id<<_user>><<_amount>>, sep="\t", flush=True)


%% if reversal
def reverse(transaction_id<<_user>><<_amount>>, values):
    """YOURS TO WRITE: take it back. The transaction id is that of the completion."""
    print("reverse", transaction_id<<_user>><<_amount>>, sep="\t", flush=True)


%% end
def once(key, act):
    """Acts unless it has for this key. With a database: a unique index on the key, in the transaction that credits."""
    with LOCK, open(LEDGER, "a+", encoding="utf-8") as ledger:
        ledger.seek(0)
        if key not in ledger.read().split("\n"):
            act()
            ledger.write(key + "\n")


LOCK = threading.Lock()


class Refused(Exception):
    """The status and the reason that a callback is refused with."""


%% if get
def parameters(query):
    """Decodes a query. A name that stands twice is refused: which of the two counts, no two languages agree on."""
    values = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        name = unquote_plus(name)
        if name in values:
            raise Refused(400, "a parameter stands twice")
        values[name] = unquote_plus(value)
    return values


%% end
%% if post
def field(values, *path):
    """A field of the body as text; an absent one is empty."""
    for name in path:
        values = values.get(name) if isinstance(values, dict) else None
    return "" if values is None else str(values)


%% end
%% if whole
def whole(amount):
    """The part of an amount before its point, not rounded."""
    digits = amount.partition(".")[0]
    return "0" if digits == "-0" else digits


%% end
%% if form
def encode(text):
    return quote(text, safe=" ").replace(" ", "+").replace("~", "%7E")


%% end
%% if rfc3986
def encode(text):
    return quote(text, safe="")


%% end
%% if signed
def sign(secret, text):
%% if decoded_key
    # The key is what follows the prefix, decoded.
    key = base64.b64decode(secret[<<key_prefix_length>>:])
%% end
%% if keyed
%% unless decoded_key
    key = secret.encode()
%% end
    digest = hmac.new(key, text.encode(), hashlib.<<algorithm>>)
%% end
%% if unkeyed
    digest = hashlib.<<algorithm>>(text.encode())
%% end
%% if hex
    return digest.hexdigest()
%% end
%% if base64
    return base64.b64encode(digest.digest()).decode()
%% end
%% if base64url
    return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
%% end


%% end
def receive(method, target, headers, body<<_address>>):
    """Takes a callback in; answers status and body. The target is path and query, exactly as they arrived."""
    if method != "<<method>>":
        raise Refused(405, "not a <<method>>")
%% if address
    if address not in ADDRESSES:
        raise Refused(403, "not an address that callbacks come from")
%% end
%% if get
    path, _, query = target.partition("?")
    values = parameters(query)
%% end
%% if path
%% if query_apart
    # What stands in the path is not among the signed pairs.
    in_query = dict(values)
%% end
    for pattern, names in <<paths>>:
        found = re.search(pattern, path)
        if found:
            values.update(zip(names, map(unquote, found.groups())))
            break
%% end
%% if get
%% use reading
%% end
%% if last
    # The signature is the last parameter: what stands before it is signed, and nothing may follow.
    found = re.search(<<last_regex>>, target, re.DOTALL)
    if not found:
        raise Refused(401, "no signature")
%% if url or raw_query
    before = found[1]
%% end
    claimed = [unquote_plus(found[2])]
    values.pop(<<signature_name>>, None)
%% if query_apart
    in_query.pop(<<signature_name>>, None)
%% end
%% end
%% if parameter
    claimed = [values.pop(<<signature_name>>, "")]
%% if query_apart
    in_query.pop(<<signature_name>>, None)
%% end
%% end
%% if header
%% if url or raw_query
    before = target
%% end
%% unless wrapped
%% unless several
    claimed = [<<claimed>>]
%% end
%% end
%% if wrapped
    found = re.search(<<whole_regex>>, <<claimed>>)
    if not found:
        raise Refused(401, "no signature")
%% unless several
    claimed = [found[<<signature_group>>]]
%% end
%% end
%% if several
    # Several, while a secret is being replaced.
%% if wrapped
    parts = found[<<signature_group>>].split(<<join>>)
%% end
%% unless wrapped
    parts = <<claimed>>.split(<<join>>)
%% end
    claimed = [one[1] for one in (re.search(<<each_regex>>, part) for part in parts) if one]
%% end
%% end
%% if time_wrapped
    timestamp = found[<<time_group>>]
%% end
%% if time_header
    timestamp = <<time_header>>
%% end
%% if signed

    def text(secret):
%% if other_text
        if is_reversal:
            return <<reversed_text>>
%% end
        return <<text>>

    rights = [sign(secret, text(secret)) for secret in SECRETS]
    if not any(hmac.compare_digest(right.encode(), one.encode()) for right in rights for one in claimed):
        raise Refused(401, "wrong signature")
%% end
%% if secret
    if not any(hmac.compare_digest(secret.encode(), <<claimed>>.encode()) for secret in SECRETS):
        raise Refused(401, "wrong secret")
%% end
%% if post
    # Amounts stay the digits that were sent.
    values = json.loads(body, parse_int=str, parse_float=str)
%% use reading
%% end
%% if fresh
    # A captured callback must not be played back later.
    instant = <<instant>>
%% if milliseconds
    if not instant.isdigit() or abs(time.time() - int(instant) / 1000) > TOLERANCE_SECONDS:
%% end
%% unless milliseconds
    if not instant.isdigit() or abs(time.time() - int(instant)) > TOLERANCE_SECONDS:
%% end
        raise Refused(401, "stale timestamp")
%% end
    if not transaction_id:
        raise Refused(400, "no transaction id")
    told = (<<completion>><<_user>><<_amount>>, values)
    if told[0].startswith("test-"):
        print("test", transaction_id, sep="\t", flush=True)
%% if reversal
    elif is_reversal:
        once("reverse\t" + <<told_apart_by>>, lambda: reverse(*told))
%% end
    else:
        once("credit\t" + transaction_id, lambda: credit(*told))
    return <<status>>, <<answer>>


%% if address
def caller(handler):
    """The address that a callback comes from: the caller itself, or what a proxy on this machine passes on."""
    peer = handler.client_address[0].removeprefix("::ffff:")
    if peer != "::1" and not peer.startswith("127."):
        return peer
    return ",".join(handler.headers.get_all("X-Forwarded-For", [peer])).rpartition(",")[2].strip()


%% end
class Handler(BaseHTTPRequestHandler):
    def handle_any(self):
        length = self.headers.get("Content-Length", "0")
        try:
            if not (length.isascii() and length.isdigit()):
                raise Refused(400, "no length")
            if len(length) > 7 or int(length) > 1_000_000:
                raise Refused(413, "too long")
            body = self.rfile.read(int(length)).decode()
%% if address
            address = caller(self)
%% end
            status, answer = receive(self.command, self.path, self.headers, body<<_address>>)
        except Refused as refused:
            status, answer = refused.args
%% unless secret
            # Its own log line, so that what is refused can be pasted into Ringback's doctor.
            print("refused", status, answer, self.command, self.path, file=sys.stderr, flush=True)
%% end
        except Exception as error:  # Whatever fails here: the callback comes again.
            print("failed", repr(error), file=sys.stderr, flush=True)
            status, answer = 500, "failed"
        answer = answer.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = handle_any

    def log_message(self, *_):
        pass  # The URL of a callback holds its signature.


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Handler)
    print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
