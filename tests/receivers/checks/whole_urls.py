"""Dialects that sign the URL as it is sent, or its query: `adgem-get`, `bitlabs`, `notik`, `theoremreach`,
`rewardinghub`.
"""

import base64
import hashlib
import hmac
from dataclasses import replace

from checks.harness import check
from checks.page import ORIGIN, Page, holding, prove
from checks.signing import hmac_hex, hmac_sha1, hmac_sha256, query, rfc1738


def url(url, _values, _secret):
    return url


def adgem():
    def ids(row, transaction):
        return {
            "amount": row["userReward"], "payout": "17.55", "player_id": row["userId"], "transaction_id": transaction,
            "request_id": "01786456-b959-404a-baa7-05ef8a2e0290",
        }

    def names(row, transaction):
        return {"offer_name": row["offerName"], "goal_name": row["note"], "goal_id": row.get("goalId", "")} | ids(
            row, transaction
        )

    vector = (
        "/adgem?amount=150.75&campaign_id=of7&goal_id=g3&offer_name=Gems%20%26%20Gold%20%28iOS%29&payout=1.25"
        "&player_id=u-42&transaction_id=tx-1001&request_id=01786456-b959-404a-baa7-05ef8a2e0290"
    )
    vectors = {(vector, "187f54f51e2352289e38d48976237e5854cbdb6d42f2e9e3910b9a6a90407aff"): ORIGIN + vector}
    php = Page(
        "adgem-get", ("php/serve", "adgem"), "/adgem", names, url, hmac_sha256, "verifier", "transaction_id",
        covered=("amount", "player_id", "offer_name", "request_id"),
    )
    cut = replace(php, start=("python3", "python/adgem_cut.py"), signs_bytes=True)
    for page in (php, cut):
        prove(page, vectors)
    node = replace(
        php, start=("node", "node/adgem.js"), values=ids, covered=("amount", "player_id"),
        refuses=holding(" ", "*", "~"),
    )
    python = replace(node, start=("python3", "python/adgem.py"), refuses=holding(" "))
    for page in (node, python):
        prove(page, vectors)
    with python.opened() as call:
        empty = {"player_id": "u-42", "amount": "", "transaction_id": "tx-1"}
        line = python.call(call, python.target(empty), python.signature(empty))
        check(not line["verified"], "adgem-get: the vendor's Python sample leaves an empty value out", line)
    with php.opened(PUBLIC_ORIGIN="") as call:
        target = php.carrying(vector, hmac_hex("sekret", f"http://pub.example{vector}"))[0]
        line = call("GET", target, headers=[("Host", "pub.example:8443")])
        check(line["verified"], "adgem-get: the vendor's PHP sample drops the port", line)


def bitlabs():
    def values(row, transaction):
        return {
            "uid": row["userId"], "val": row["userReward"], "raw": "17.55", "tx": transaction, "type": "COMPLETE",
            "offer": row["offerName"], "task": row["note"],
        }

    page = Page(
        "bitlabs", ("node", "node/bitlabs.js"), "/bl", values, url, hmac_sha1, "hash", "tx",
        covered=("uid", "val", "offer"), signs_bytes=True,
    )
    vector = "/bl?uid=u-42&val=150.75&raw=1.25&tx=tx-1001&type=COMPLETE&offer=Gems%20%26%20Gold%20%28iOS%29"
    prove(page, {(vector, "ad657f4ab573c1de950926a9f816fda8dd17ba51"): ORIGIN + vector})
    documented = "/complete?uid=8cc877ee-af19-488d-b28d-216fb866b996&val=500"
    with page.opened(SECRET="JLOIAUNMHFli7ZJOQVEzm98rzqnm9", PUBLIC_ORIGIN="https://publisher.com") as call:
        line = page.call(call, documented, "dbcd6bb8ca677344592842a52b4fca9bec36cd4b")
        check(line["verified"], "bitlabs: the documented vector", line)
        line = call("GET", f"{documented}&hash=dbcd6bb8ca677344592842a52b4fca9bec36cd4b&x=1")
        check(not line["verified"], "bitlabs: nothing may follow the hash", line)


def notik():
    def values(row, transaction):
        return {
            "pub_id": "p1", "app_id": "a1", "user_id": row["userId"], "s1": row["note"], "amount": row["userReward"],
            "payout": "17.55", "offer_id": row.get("offerId", "Zd"), "offer_name": row["offerName"],
            "currency_name": "Coins", "timestamp": "1719859200", "txn_id": transaction, "conversion_ip": "203.0.113.9",
            "rewarded_txn_id": "", "event_id": row.get("goalId", ""), "event_name": row["note"],
        }

    cut = Page(
        "notik", ("php/serve", "notik"), "/nk", values, url, hmac_sha1, "hash", "txn_id",
        covered=("user_id", "amount", "offer_name", "rewarded_txn_id"), accepted="1", encode=rfc1738, signs_bytes=True,
    )
    plain = (
        "/nk?pub_id=p1&app_id=a1&user_id=u-42&s1=&amount=150.75&payout=1.25&offer_id=of7"
        "&offer_name=Gems+%26+Gold+%28iOS%29&currency_name=Coins&timestamp=1719859200&txn_id=tx-1001"
        "&conversion_ip=203.0.113.9&rewarded_txn_id=&event_id=g3&event_name="
    )
    awkward = "/nk?user_id=u+42%2B%C3%A9%26%3D%7E%2A%27%28%29&txn_id=tx-1001&amount=0.10"
    vectors = {
        (plain, "6f4c367ed9dc26bcbc9539ecd4e065d767f00108"): ORIGIN + plain,
        (awkward, "56734aaea09dd8b365f36d796c4c2591239870a4"): ORIGIN + awkward,
    }
    prove(cut, vectors)
    prove(replace(cut, environment={"REBUILD": "1"}, signs_bytes=False), vectors)

    def nothing_empty(row, transaction):
        return {name: value or "x" for name, value in values(row, transaction).items()}

    nulls = replace(
        cut, environment={"REBUILD": "null"}, signs_bytes=False, refuses=lambda values: "" in values.values(),
        values=lambda row, transaction: (values if "goalId" in row else nothing_empty)(row, transaction),
    )
    prove(nulls, vectors)
    with replace(cut, environment={"REBUILD": "1"}).opened() as call:
        target = f"/nk?{query([('user_id', 'a b~'), ('txn_id', 'tx-1')])}"
        line = cut.call(call, target, hmac_sha1(ORIGIN + target, "sekret"))
        check(not line["verified"], "notik: a URL that is encoded and signed by RFC 3986 is another URL", line)


def theoremreach():
    def values(row, transaction):
        return {
            "user_id": row["userId"], "reward": row["userReward"], "currency": "17.55", "tx_id": transaction,
            "offer_name": row["offerName"], "debug": "",
        }

    def digest(text, secret):
        made = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()
        return made.replace("+", "-").replace("/", "_").replace("=", "")

    page = Page(
        "theoremreach", ("python3", "python/theoremreach.py"), "/tr", values, url, digest, "hash", "tx_id",
        covered=("user_id", "reward", "currency", "debug"), signs_bytes=True,
    )
    completed = "/tr?user_id=u-42&reward=150.75&currency=1.25&tx_id=tx-1001"
    reversed_ = f"{completed}&reversal=true"
    prove(page, {
        (completed, "dtMLIpQzscJa8VFKa1vwDo-amjs"): ORIGIN + completed,
        (reversed_, "pkBIhYEp2dNYpK9e94gxSNjhBmU"): ORIGIN + reversed_,
    })
    with page.opened() as call:
        line = call("GET", f"{completed}&hash=dtMLIpQzscJa8VFKa1vwDo-amjs&reversal=true")
        check(not line["verified"], "theoremreach: nothing may follow the hash", line)


def rewardinghub():
    def values(row, transaction):
        return {
            "user_id": row["userId"], "amount": row["userReward"], "currency": "Coins",
            "offer_id": row.get("offerId", "Zd"), "txn_id": transaction,
        }

    def text(url, _values, _secret):
        return url.partition("?")[2]

    page = Page(
        "rewardinghub", ("python3", "python/rewardinghub.py"), "/rh", values, text, hmac_sha256, "sig", "txn_id",
        covered=("user_id", "amount", "currency", "offer_id", "txn_id"), signs_bytes=True,
    )
    query = "user_id=u-42&amount=150.75&currency=Coins&offer_id=of7&txn_id=tx-1001"
    prove(page, {(f"/rh?{query}", "1fcb3e0a064149c14f41deea8e93f14a7d6d49df6ce223c6dde2bcdf20457f0a"): query})
    with page.opened() as call:
        signature = page.signature(values({"userId": "u-42", "userReward": "150.75", "offerId": "of7"}, "tx-1001"))
        line = page.call(call, f"/other?{query}", signature)
        check(line["verified"], "rewardinghub: the path is not signed", line)
