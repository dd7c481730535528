"""A publisher's page for a dialect that is in no list. All that its author had is this:

Coinbarn calls your postback URL by GET. Put `{user}`, `{txn}`, `{coins}`, `{usd}` and `{event}` where you like; `event` is
`credit`, or `revoke` when the reward is taken back, under the same transaction. Every call has a header
`X-Coinbarn-Signature`: the hex HMAC-SHA256, keyed by your secret, of transaction, user, coins, usd and event, joined by `|`, as
they are after decoding. Answer `OK` within ten seconds; anything else is tried again after one minute and after ten.
"""

from receiver import keyed, serve, signed_get

SIGNED = ("txn", "user", "coins", "usd", "event")


def look(request):
    text = "|".join(request.values.get(name, "") for name in SIGNED)
    signature = request.headers.get("x-coinbarn-signature")
    return signed_get(request, request.values, signature, lambda _: text, keyed, request.values.get("txn"))


serve(look)
