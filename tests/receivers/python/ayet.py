"""An ayeT-Studios publisher's callback page, the vendor's steps in Python. `urlencode` leaves `~` as it is where PHP
writes `%7E`, so this page refuses every value with a `~`.
"""

from urllib.parse import parse_qsl, urlencode

from receiver import keyed, serve, signed_get


def look(request):
    text = urlencode(sorted(parse_qsl(request.query, keep_blank_values=True)))
    signature = request.headers.get("x-ayetstudios-security-hash")
    return signed_get(request, request.values, signature, lambda _: text, keyed, request.values.get("tx"))


serve(look)
