"""Dialects that sign chosen values, in the order of their names or in one of their own: `ayet`, `pollfish`, `coinbarn`."""

import hashlib
import re
from dataclasses import replace

from checks.harness import check
from checks.page import Page, holding, prove
from checks.signing import hmac_base64, hmac_sha256, query, rfc1738


def ayet():
    def values(row, transaction):
        return {
            "uid": row["userId"], "amount": row["userReward"], "usd": "17.55", "tx": transaction,
            "offer": row["offerName"], "static": "", "cb": "0",
        }

    def text(_url, values, _secret):
        return query(sorted(values.items()), rfc1738)

    php = Page(
        "ayet", ("php/serve", "ayet"), "/ayet", values, text, hmac_sha256, "X-Ayetstudios-Security-Hash", "tx",
        covered=("uid", "amount", "offer", "static"),
    )
    completed = "uid=u-42&amount=150.75&usd=1.25&tx=tx-1001&offer=Gems%20%26%20Gold%20%28iOS%29"
    reversed_ = "uid=u-42&amount=-150.75&usd=-1.25&tx=r-tx-1001&offer=Gems%20%26%20Gold%20%28iOS%29&cb=1"
    vectors = {
        (f"/ayet?{completed}", "51a5ac274981abccf662859cb0e101153d636dada0de3095404f821a857a5ac8"):
            "amount=150.75&offer=Gems+%26+Gold+%28iOS%29&tx=tx-1001&uid=u-42&usd=1.25",
        (f"/ayet?{reversed_}", "f1d52f740123cd402f7d31e7f7a505999910ab56b912f6b7d42f06de610cd673"):
            "amount=-150.75&cb=1&offer=Gems+%26+Gold+%28iOS%29&tx=r-tx-1001&uid=u-42&usd=-1.25",
    }
    prove(php, vectors)
    prove(replace(php, start=("node", "node/ayet.js"), refuses=holding("*")), vectors)
    prove(replace(php, start=("python3", "python/ayet.py"), refuses=holding("~")), vectors)


# The publisher's names, in the order of the vendor's placeholders.
POLLFISH = ("click", "cents", "device", "uid", "coin", "amount", "status", "reason", "at", "tx")


def pollfish():
    def values(row, transaction):
        return {
            "tx": transaction, "uid": row["userId"], "cents": "1755", "device": row["note"], "coin": "Coins",
            "amount": row["userReward"], "at": "1719859200000", "status": "eligible", "reason": "", "app": "static",
        }

    def text(_url, values, _secret):
        return ":".join(values[name] for name in POLLFISH if name in values and (name != "uid" or values[name]))

    def digest(text, secret):
        return hmac_base64(secret.encode(), text.encode(), hashlib.sha1)

    page = Page(
        "pollfish", ("php/serve", "pollfish"), "/pollfish", values, text, digest, "sig", "tx",
        covered=("uid", "cents", "device", "amount", "reason"), uncovered=("app",),
    )
    vectors = {
        ("/pollfish?tx=tx-1001&uid=u-42&cents=125&device=dev-9&at=1719859200000", "IhAWC6Ks0CDGxVR4nnoEXtfXYB0="):
            "125:dev-9:u-42:1719859200000:tx-1001",
        ("/pollfish?tx=tx-1001&uid=&cents=125&device=dev-9", "GdI2zYQQHte1cXNMT1scgXVAD9A="): "125:dev-9:tx-1001",
        ("/pollfish?tx=tx-1001&cents=125&device=dev-9", "GdI2zYQQHte1cXNMT1scgXVAD9A="): "125:dev-9:tx-1001",
        (
            "/pollfish?tx=tx-1001&cents=125&device=dev-9&status=eligible&reason=&at=1719859200000",
            "RLRp3vVwz/hRKSB743gr3oZnZ0s=",
        ): "125:dev-9:eligible::1719859200000:tx-1001",
    }
    prove(page, vectors)
    twice = re.compile("%[0-9A-Fa-f]{2}")

    def slips(values):
        return values.get("uid") == "0" or any(twice.search(value) for value in values.values())

    prove(replace(page, environment={"AS_PRINTED": "1"}, uncovered=(), refuses=slips), vectors)
    with page.opened() as call:
        signature = page.signature({"uid": "a b/é", "tx": "tx-1"})
        line = page.call(call, "/pollfish/a%20b%2F%C3%A9?tx=tx-1", signature)
        check(line["verified"] and line["values"]["uid"] == "a b/é", "pollfish: the user in the path", line)
        line = page.call(call, "/pollfish/a%20b?tx=tx-1", signature)
        check(not line["verified"], "pollfish: another user in the path", line)
        line = page.call(call, "/pollfish?uid=a%20b%2F%C3%A9&tx=tx-1&debug=true", signature)
        check(line["verified"] and line["values"]["debug"] == "true", "pollfish: `debug` is not signed", line)


def coinbarn():
    def values(row, transaction):
        return {"user": row["userId"], "txn": transaction, "coins": row["userReward"], "usd": "17.55", "event": "credit"}

    names = ("txn", "user", "coins", "usd", "event")

    def text(_url, values, _secret):
        return "|".join(values[name] for name in names)

    page = Page(
        "coinbarn", ("python3", "python/coinbarn.py"), "/coins", values, text, hmac_sha256, "X-Coinbarn-Signature", "txn",
        covered=names,
    )
    completed = "/coins?user=u-42&txn=tx-1001&coins=150.75&usd=1.25&event=credit"
    prove(page, {
        (completed, "bf721724aad190ec1f5e60ab0aed80a16a43256de38edd2ddb03ad1da89420ff"): "tx-1001|u-42|150.75|1.25|credit",
    })
