"""An AdGem v2 publisher's callback page, after the manner of the vendor's Rails sample: the URL as it came, up to
`&verifier=`.
"""

from receiver import keyed, serve, signed_get


def look(request):
    verifier = request.values.pop("verifier", None)
    cut = (request.origin + request.target).split("&verifier=")[0]
    return signed_get(request, request.values, verifier, lambda _: cut, keyed, request.values.get("transaction_id"))


serve(look)
