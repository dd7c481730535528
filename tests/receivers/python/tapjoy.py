"""A Tapjoy publisher's callback page: a digest of transaction, user, amount and secret, and 403 to stop the sender."""

import hashlib

from receiver import serve, signed_get


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def look(request):
    values = request.values
    verifier = values.pop("verifier", None)

    def text(secret):
        return ":".join([values.get("id", ""), values.get("snuid", ""), values.get("currency", ""), secret])

    return signed_get(request, values, verifier, text, md5, values.get("id"))


serve(look, refused=403)
