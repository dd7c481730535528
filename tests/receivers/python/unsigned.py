"""A publisher's callback page of whom nothing is signed, in `parse_qsl`'s reading or in that of `json`: the only lock is a
token that the publisher put into the URL. Like every receiver it takes a SECRET, and here that is the token.

Environment: SECRET (the token, sent as `token`), ID (the name of the parameter or field with the transaction id; default:
tx), METHOD (default: GET).
"""

import os

from receiver import SECRET, same, serve

ID = os.environ.get("ID") or "tx"
METHOD = os.environ.get("METHOD") or "GET"


def look(request):
    values = request.values
    token = values.pop("token", None)
    if METHOD == "POST":
        values = request.parsed_body()
    if request.method != METHOD:
        why = f"not a {METHOD}"
    elif not token:
        why = "no token"
    else:
        why = None if same(SECRET, token) else "another token"
    found = {"why": why, "transactionId": values.get(ID), "values": values}
    return found | ({"rawBody": request.body.decode(errors="replace")} if METHOD == "POST" else {})


serve(look)
