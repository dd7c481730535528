"""The second factor of whoever calls, and its further sessions."""

import base64
import hashlib
import hmac
import time

from hooks.world import PASSWORD


def code(key):
    """The six digits that an app shows for a key at this moment (RFC 6238)."""
    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    digest = hmac.new(secret, int(time.time() // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def taken_away(world):
    """The caller has none afterwards; a token never has."""
    if world.caller_email:
        world.caller.post("/v1/me/second-factor/remove", {"password": PASSWORD})


def begun(world):
    """The code that puts a new one in force."""
    if not world.caller_email:
        return "000000"
    taken_away(world)
    return code(world.caller.post("/v1/me/second-factor", {"password": PASSWORD})["key"])


def other_session(world):
    """A further session of the caller; a token has none."""
    if not world.caller_email:
        return "no-such"
    taken_away(world)
    world.caller.post("/v1/sessions", {"email": world.caller_email, "password": PASSWORD})
    sessions = world.caller.get("/v1/me/sessions")["items"]
    return next(session["id"] for session in sessions if not session["current"])
