"""An Attribloom endpoint: the documented check over the raw body, and nothing that the sender's code knows.

Environment: SURFACE (the only surface id accepted; unset: any), NOW_MS (a stopped clock, for vectors).
"""

import os
import time

from receiver import keyed, same, serve

TOLERANCE_MS = 5 * 60 * 1000
SIGNATURE_HEADERS = ("x-ea-surface", "x-ea-timestamp", "x-ea-signature")
SURFACE = os.environ.get("SURFACE", "")


def why_not(request, signed_text):
    if request.method != "POST":
        return "not a POST"
    for name in SIGNATURE_HEADERS:
        sent = request.headers.get_all(name, [])
        if len(sent) != 1:
            return f"{name} was sent {len(sent)} times"
    timestamp = request.headers["x-ea-timestamp"]
    if not (timestamp.isascii() and timestamp.isdigit()):
        return "x-ea-timestamp is not in Unix milliseconds"
    now = int(os.environ.get("NOW_MS") or time.time() * 1000)
    if abs(now - int(timestamp)) > TOLERANCE_MS:
        return "the timestamp is more than 5 minutes off"
    if SURFACE and request.headers["x-ea-surface"] != SURFACE:
        return "unknown surface"
    if not same(keyed(signed_text), request.headers["x-ea-signature"]):
        return "the signature does not match"
    return None


def look(request):
    signed_text = request.headers.get("x-ea-timestamp", "").encode() + b"." + request.body
    conversion = request.parsed_body()
    why = why_not(request, signed_text) or (None if "externalId" in conversion else "the body has no externalId")
    return {
        "why": why, "transactionId": conversion.get("externalId"), "values": conversion,
        "signedText": signed_text.decode(errors="replace"), "rawBody": request.body.decode(errors="replace"),
    }


serve(look)
