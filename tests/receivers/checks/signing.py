"""Encodings, and digests of a text under a secret, for a sender that knows the vendors' documentation alone."""

import base64
import hashlib
import hmac
from urllib.parse import quote, quote_plus


def rfc3986(value):
    return quote(value, safe="-_.~")


def rfc1738(value):
    """PHP's `urlencode`, which Python's `quote_plus` is but for `~`."""
    return quote_plus(value, safe="-_.").replace("~", "%7E")


def query(pairs, encode=rfc3986):
    return "&".join(f"{name}={encode(value)}" for name, value in pairs)


def hmac_hex(secret, text, algorithm=hashlib.sha256):
    return hmac.new(secret.encode(), text if isinstance(text, bytes) else text.encode(), algorithm).hexdigest()


def hmac_base64(key, text, algorithm):
    return base64.b64encode(hmac.new(key, text, algorithm).digest()).decode()


def hmac_sha256(text, secret):
    return hmac_hex(secret, text)


def hmac_sha1(text, secret):
    return hmac_hex(secret, text, hashlib.sha1)


def md5(text, _):
    return hashlib.md5(text.encode()).hexdigest()


def sha1(text, _):
    return hashlib.sha1(text.encode()).hexdigest()


def sha256(text, _):
    return hashlib.sha256(text.encode()).hexdigest()
