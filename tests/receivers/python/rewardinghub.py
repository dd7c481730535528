"""A RewardingHub publisher's callback page: HMAC-SHA256 over the query as it came, up to `&sig=`. The vendor's page does
not say which query string is signed; this is the one reading in which nothing has to be encoded again.
"""

from receiver import keyed, serve, signed_get


def look(request):
    values = request.values
    values.pop("sig", None)
    query, _, signature = request.query.partition("&sig=")
    return signed_get(request, values, signature, lambda _: query, keyed, values.get("txn_id"))


serve(look)
