"""Dialects that send a digest of a text with the secret in it: `cpx`, `tapjoy`, `lootably`, `wannads`, `kiwiwall`,
`torox`, `timewall`, `superrewards`, `paymentwall`.
"""

from checks.harness import check
from checks.page import Page, prove
from checks.signing import md5, sha256


def joined(separator, *names):
    return lambda _url, values, secret: separator.join([*(values[name] for name in names), secret])


def cpx():
    def values(row, transaction):
        return {
            "tx": transaction, "uid": row["userId"], "amount": row["userReward"], "usd": "17.55", "status": "1",
            "offer": row["note"],
        }

    page = Page(
        "cpx", ("node", "node/cpx.js"), "/cpx", values, joined("-", "tx"), md5, "hash", "tx", covered=("tx",),
        uncovered=("uid", "amount", "status"), accepted="1",
    )
    vector = "/cpx?uid=u-42&tx=tx-1001&amount=150.75&status=1"
    prove(page, {(vector, "bfb12ee22e11df03676bdb36888630c9"): "tx-1001-{secret}"})


def tapjoy():
    def values(row, transaction):
        return {"snuid": row["userId"], "currency": row["userReward"], "id": transaction, "static": "1"}

    page = Page(
        "tapjoy", ("python3", "python/tapjoy.py"), "/tapjoy", values, joined(":", "id", "snuid", "currency"), md5,
        "verifier", "id", covered=("snuid", "currency", "id"), uncovered=("static",), refusal=403,
    )
    vector = "/tapjoy?snuid=u-42&currency=150&id=tx-1001"
    prove(page, {(vector, "644a5da1cd3d7a363c8e8bfa81b150fa"): "tx-1001:u-42:150:{secret}"})


def lootably():
    def values(row, transaction):
        return {
            "uid": row["userId"], "tx": transaction, "ip": "203.0.113.9", "usd": "17.55", "coins": row["userReward"],
            "status": "1", "offer": row["offerName"],
        }

    page = Page(
        "lootably", ("node", "node/lootably.js"), "/lootably", values, joined("", "uid", "ip", "usd", "coins"), sha256,
        "hash", "tx", covered=("uid", "ip", "usd", "coins"), uncovered=("tx", "status"), accepted="1",
    )
    vector = "/lootably?uid=u-42&tx=tx-1001&ip=203.0.113.9&usd=1.25&coins=150.75&status=1"
    signature = "6f4953342d6c59e47aa5bb1f0f43f246773e6595ac8af3dd921b09c6eb205d8c"
    prove(page, {(vector, signature): "u-42203.0.113.91.25150.75{secret}"})


def wannads():
    def values(row, transaction):
        return {
            "subId": row["userId"], "transId": transaction, "reward": row["userReward"], "payout": "17.55",
            "status": "1", "userIp": "203.0.113.9", "uuid": "click-1", "campaign_name": row["offerName"],
        }

    page = Page(
        "wannads", ("node", "node/wannads.js"), "/wannads", values, joined("", "subId", "transId", "reward"), md5,
        "signature", "transId", covered=("subId", "transId", "reward"), uncovered=("status", "payout"),
    )
    vector = ("/wannads?subId=u-42&transId=tx-1001&reward=150.75&status=1", "c5b5e0a572e2986a8e79e34e6be45531")
    prove(page, {vector: "u-42tx-1001150.75{secret}"})
    with page.opened(FAIL_FIRST="1") as call:
        lines = [page.call(call, *vector) for _ in range(3)]
        check([line["status"] for line in lines] == [500, 200, 200], "wannads: a repetition is accepted", lines)
        check([line["answered"] for line in lines[1:]] == ["OK", "DUP"], "wannads: a repetition is `DUP`", lines)
        check([line["duplicate"] for line in lines] == [False, False, True], "wannads: what counts is told", lines)


def kiwiwall():
    def values(row, transaction):
        return {
            "status": "1", "trans_id": transaction, "sub_id": row["userId"], "gross": "17.55",
            "amount": row["userReward"], "offer_name": row["offerName"],
        }

    page = Page(
        "kiwiwall", ("php/serve", "kiwiwall"), "/kiwiwall", values, joined(":", "sub_id", "amount"), md5, "signature",
        "trans_id", covered=("sub_id", "amount"), uncovered=("trans_id", "status"), accepted="1",
    )
    completed = "/kiwiwall?status=1&trans_id=tx-1001&sub_id=u-42&amount=150.75"
    reversed_ = "/kiwiwall?status=2&trans_id=tx-1001&sub_id=u-42&amount=-150.75"
    vectors = {
        (completed, "673235ec0777e7aca2c874e732fc4917"): "u-42:150.75:{secret}",
        (reversed_, "7446100e3754f7ddbdebb8c316ce96a0"): "u-42:-150.75:{secret}",
    }
    prove(page, vectors)
    with page.opened() as call:
        line = page.call(call, completed, "0" * 32)
        check(line["status"] == 401 and line["answered"] == "0", "kiwiwall: a refusal is `0`", line)


def torox():
    def values(row, transaction):
        return {
            "id": transaction, "oid": row.get("offerId", "Zd"), "user_id": row["userId"], "amount": row["userReward"],
            "payout": "17.55", "o_name": row["offerName"],
        }

    page = Page(
        "torox", ("php/serve", "torox"), "/torox", values, joined("-", "oid", "user_id"), md5, "sig", "id",
        covered=("oid", "user_id"), uncovered=("id", "amount", "payout"), accepted="1",
    )
    vector = "/torox?id=tx-1001&oid=of7&user_id=u-42&amount=150.75&payout=1.25"
    prove(page, {(vector, "22ee2a6c4f35ecd47762b0ec2206f13b"): "of7-u-42-{secret}"})


def timewall():
    def values(row, transaction):
        return {
            "userID": row["userId"], "transactionID": transaction, "revenue": "17.50",
            "currencyAmount": row["userReward"], "type": "credit", "offername": row["offerName"],
        }

    page = Page(
        "timewall", ("node", "node/timewall.js"), "/timewall", values, joined("", "userID", "revenue"), sha256, "hash",
        "transactionID", covered=("userID", "revenue"), uncovered=("transactionID", "currencyAmount", "type"),
    )
    vector = "/timewall?userID=u-42&transactionID=tx-1001&revenue=1.25&currencyAmount=150.75&type=credit"
    signature = "8d176516e16e668af48bb78741724826439c645e13e12bdba11cdca97ed15ca9"
    prove(page, {(vector, signature): "u-421.25{secret}"})
    with page.opened() as call:
        signed = page.signature(values({"userId": "u-42", "userReward": "1", "offerName": ""}, "tx-1"))
        line = page.call(call, "/timewall?userID=u-42&transactionID=tx-1&revenue=17.5", signed)
        check(not line["verified"], "timewall: a revenue that was a number on its way is another one", line)


def superrewards():
    def values(row, transaction):
        return {
            "id": transaction, "uid": row["userId"], "oid": row.get("offerId", "Zd"), "new": row["userReward"],
            "total": row["userReward"],
        }

    page = Page(
        "superrewards", ("php/serve", "superrewards"), "/sr", values, joined(":", "id", "new", "uid"), md5, "sig", "id",
        covered=("id", "new", "uid"), uncovered=("oid", "total"), accepted="1",
    )
    vector = "/sr?id=tx-1001&uid=u-42&oid=of7&new=150&total=150"
    prove(page, {(vector, "6962a204afe71930a3fe7ad748c43aa6"): "tx-1001:150:u-42:{secret}"})
    with page.opened() as call:
        line = page.call(call, vector, "0" * 32)
        check(line["status"] == 401 and line["answered"] == "0", "superrewards: a refusal is `0`", line)


def paymentwall():
    def values(row, transaction):
        return {"uid": row["userId"], "currency": row["userReward"], "type": "0", "ref": transaction}

    def text(_url, values, secret):
        return "".join(f"{name}={values[name]}" for name in ("uid", "currency", "type", "ref")) + secret

    page = Page(
        "paymentwall", ("python3", "python/paymentwall_page.py"), "/pw", values, text, md5, "sig", "ref",
        covered=("uid", "currency", "type", "ref"),
    )
    completed = ("/pw?uid=u-42&currency=150&type=0&ref=tx-1001", "4292e267340bcc07b9eb71c7152672fa")
    reversed_ = ("/pw?uid=u-42&currency=-150&type=2&ref=tx-1001", "354ffadd9f31c54d10e6c48efda373a8")
    prove(page, {
        completed: "uid=u-42currency=150type=0ref=tx-1001{secret}",
        reversed_: "uid=u-42currency=-150type=2ref=tx-1001{secret}",
    })
    with page.opened() as call:
        for (target, signature), kind in ((completed, "deliver"), (reversed_, "cancel")):
            line = page.call(call, target, signature)
            check(line["kind"] == kind, f"paymentwall: what the library makes of {target}", line)
