"""An AdGem v2 publisher's callback page, after the vendor's Python sample: the URL is rebuilt with `urlencode`, which
writes a space as `+`, from parameters that `parse_qs` gives, which leaves empty ones out. So this page refuses every
value that holds a space or nothing.
"""

from urllib.parse import parse_qs, urlencode

from receiver import keyed, serve, signed_get


def look(request):
    verifier = request.values.pop("verifier", None)
    parsed = {name: values for name, values in parse_qs(request.query).items() if name != "verifier"}
    path = request.target.split("?")[0]
    rebuilt = f"{request.origin}{path}?{urlencode(parsed, doseq=True)}"
    return signed_get(
        request, request.values, verifier, lambda _: rebuilt, keyed, request.values.get("transaction_id")
    )


serve(look)
