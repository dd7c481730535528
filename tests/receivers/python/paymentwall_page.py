"""A Paymentwall publisher's pingback page: the vendor's own library for Python verifies. It is in `packages`, where
`pip install --target packages --requirement requirements.txt` puts it.
"""

import sys
from pathlib import Path

from receiver import SECRET, serve

sys.path.insert(0, str(Path(__file__).resolve().parent / "packages"))
from paymentwall import Paymentwall, Pingback  # noqa: E402

Paymentwall.set_api_type(Paymentwall.API_VC)
Paymentwall.set_app_key("app")
Paymentwall.set_secret_key(SECRET)


def look(request):
    given = request.values
    # It writes into what it is given, and looks at no method.
    pingback = Pingback(dict(given), "127.0.0.1")
    is_valid = pingback.validate(True)
    values = {name: value for name, value in given.items() if name != "sig"}
    if request.method != "GET":
        why = "not a GET"
    else:
        why = None if is_valid else "the signature does not match"
    kind = "deliver" if pingback.is_deliverable() else "cancel" if pingback.is_cancelable() else None
    text = "".join(f"{name}={values.get(name, '')}" for name in ("uid", "currency", "type", "ref"))
    return {
        "why": why, "transactionId": pingback.get_reference_id(), "values": values, "kind": kind,
        "signedText": text + "{secret}",
    }


serve(look)
