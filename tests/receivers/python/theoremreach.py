"""A TheoremReach publisher's callback page: HMAC-SHA1 over the URL as it came, up to `&hash=`, in the base64 of URLs
without padding. A test is verified and must not be credited.
"""

import base64
import hashlib
import hmac

from receiver import SECRET, serve, signed_get


def digest(text):
    made = hmac.new(SECRET.encode(), text.encode(), hashlib.sha1).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def look(request):
    values = request.values
    values.pop("hash", None)
    url, _, signature = (request.origin + request.target).partition("&hash=")
    return signed_get(request, values, signature, lambda _: url, digest, values.get("tx_id"))


serve(look)
