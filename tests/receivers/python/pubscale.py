"""A PubScale publisher's callback page: a digest of secret, user, the whole part of the reward and token. The reward is
cut off as text, where the vendor's sample reads a float, which has too few digits for some.
"""

import hashlib

from receiver import serve, signed_get


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def look(request):
    values = request.values
    signature = values.pop("signature", None)
    whole = values.get("value", "").partition(".")[0]

    def text(secret):
        return ".".join([secret, values.get("user_id", ""), whole, values.get("token", "")])

    return signed_get(request, values, signature, text, md5, values.get("token"))


serve(look)
