"""A receiver of Standard Webhooks: the standard's own library for Python verifies. It is in `packages`, where
`pip install --target packages --requirement requirements.txt` puts it.

Environment: SECRET (`whsec_` and base64), NOW_MS (a stopped clock, for vectors).
"""

import os
import sys
from datetime import datetime, timezone
from pathlib import Path

from receiver import SECRET, serve

sys.path.insert(0, str(Path(__file__).resolve().parent / "packages"))
from standardwebhooks import webhooks  # noqa: E402


class Stopped(datetime):
    """The library asks `datetime` for the time, and takes no other clock."""

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(int(os.environ["NOW_MS"]) / 1000, tz or timezone.utc)


if os.environ.get("NOW_MS"):
    webhooks.datetime = Stopped

webhook = webhooks.Webhook(SECRET)


def why_not(request):
    if request.method != "POST":
        return "not a POST"
    try:
        webhook.verify(request.body, dict(request.headers))
        return None
    except Exception as error:  # Its own error, or that of `split` or `base64` for a signature in another form.
        return str(error) or "not a signature"


def look(request):
    event_id, timestamp = request.headers.get("webhook-id"), request.headers.get("webhook-timestamp")
    event = request.parsed_body()
    data = event.get("data") or {}
    body = request.body.decode(errors="replace")
    return {
        "why": why_not(request), "eventId": event_id, "eventType": event.get("type"), "rawBody": body,
        "transactionId": data.get("transactionId"), "values": data, "signedText": f"{event_id}.{timestamp}.{body}",
    }


serve(look)
