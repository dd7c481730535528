"""Offerwalls of apps, whose digests hold whole rewards, times and what an account says: `pubscale`, `adjoe`,
`digital-turbine`, `levelplay`, `growdeck`, `playtimeads`.
"""

from checks.harness import check
from checks.page import Page, prove
from checks.signing import hmac_sha256, md5, sha1


def whole(amount):
    return amount.partition(".")[0]


def pubscale():
    def values(row, transaction):
        return {"user_id": row["userId"], "value": row["userReward"], "token": transaction, "goal": row["note"]}

    def text(_url, values, secret):
        return f"{secret}.{values['user_id']}.{whole(values['value'])}.{values['token']}"

    page = Page(
        "pubscale", ("python3", "python/pubscale.py"), "/pubscale", values, text, md5, "signature", "token",
        covered=("user_id", "token"), uncovered=("goal",),
    )
    vector = ("/pubscale?user_id=u-42&value=150.75&token=tx-1001", "1bfd8c128e942f2e1aca3ac1f017acf3")
    prove(page, {vector: "{secret}.u-42.150.tx-1001"})
    only_whole_rewards_are_signed(page, "value", values)
    secret = "fa072672-d432-11c4-885a-EB1CdEc4Bb13"
    user, token = "30356439-8d15-4f47-B133-010a37C19eBD", "525a5B8e-512b-441A-a10B-72d218c370e5"
    with page.opened(SECRET=secret) as call:
        target = f"/pubscale?user_id={user}&value=100.1234&token={token}"
        line = page.call(call, target, "918809ac0e5fcc1960c8875d9e9c8e80")
        check(line["verified"], "pubscale: the documented vector", line)


def only_whole_rewards_are_signed(page, name, values):
    """What stands behind the point may change, what stands before it may not."""
    row = {"userId": "u-42", "userReward": "100.9", "note": ""}
    signature = page.signature(values(row, "tx-1"))
    with page.opened() as call:
        for reward, verifies in {"100.9": True, "100": True, "100.0001": True, "101": False, "101.9": False}.items():
            target = page.target(values(row | {"userReward": reward}, "tx-1"))
            line = page.call(call, target, signature)
            check(line["verified"] == verifies, f"{page.dialect}: {name}={reward} in place of 100.9", line)


def adjoe():
    def values(row, transaction):
        return {
            "trans_uuid": transaction, "user_uuid": row["userId"], "currency": "Coins",
            "coin_amount": row["userReward"], "device_id": row["note"], "sdk_app_id": "app.demo", "app_name": row["offerName"],
        }

    names = ("trans_uuid", "user_uuid", "currency", "coin_amount", "device_id", "sdk_app_id")

    def text(_url, values, secret):
        return "".join([*(values.get(name, "") for name in names), secret])

    page = Page(
        "adjoe", ("node", "node/adjoe.js"), "/adjoe", values, text, sha1, "sid", "trans_uuid", covered=names,
        uncovered=("app_name",),
    )
    vector = (
        "/adjoe?trans_uuid=tx-1001&user_uuid=u-42&currency=Coins&coin_amount=150&device_id=dev-9&sdk_app_id=app.demo"
    )
    prove(page, {(vector, "621c849a50563d3eef1ad04f2bda5cf876ee6a7a"): "tx-1001u-42Coins150dev-9app.demo{secret}"})
    with page.opened() as call:
        bare = {"trans_uuid": "tx-1", "user_uuid": "u-42", "currency": "Coins", "coin_amount": "150"}
        line = page.call(call, page.target(bare), page.signature(bare))
        check(line["verified"], "adjoe: a part that is not told is nothing", line)


def digital_turbine():
    def values(row, transaction):
        return {
            "uid": row["userId"], "amount": row["userReward"], "currency_name": "Coins", "_trans_id_": transaction,
            "pub0": row["note"], "pub9": row["offerName"],
        }

    def text(_url, values, secret):
        names = ["uid", "amount", "_trans_id_", *(f"pub{number}" for number in range(10))]
        return secret + "".join(values.get(name, "") for name in names)

    page = Page(
        "digital-turbine", ("php/serve", "digital-turbine"), "/dt", values, text, sha1, "sid", "_trans_id_",
        covered=("uid", "amount", "_trans_id_", "pub0", "pub9"), uncovered=("currency_name",),
    )
    vector = "/dt?uid=u-42&amount=150&currency_name=Coins&_trans_id_=tx-1001&pub0=abc"
    prove(page, {(vector, "a8b8867dfe246bd2f034550f20efeab854b1af8d"): "{secret}u-42150tx-1001abc"})


def levelplay():
    def values(row, transaction):
        return {
            "userid": row["userId"], "rewards": row["userReward"], "eventId": transaction, "itemName": row["offerName"],
            "timestamp": "202407011840",
        }

    def text(_url, values, secret):
        return "".join([*(values[name] for name in ("timestamp", "eventId", "userid", "rewards")), secret])

    page = Page(
        "levelplay", ("node", "node/levelplay.js"), "/levelplay", values, text, md5, "signature", "eventId",
        covered=("timestamp", "eventId", "userid", "rewards"), uncovered=("itemName",),
        accepted=lambda values: f"{values['eventId']}:OK",
    )
    plain = "/levelplay?userid=u-42&rewards=150&eventId=tx-1001&timestamp=202407011840"
    reversed_ = "/levelplay?userid=u-42&rewards=150&eventId=tx-1001&negativeCallback=true&timestamp=202407011840"
    signature, signed = "b2c31a49a3ba5b9f80f02ce181dd1cd6", "202407011840tx-1001u-42150{secret}"
    prove(page, {(plain, signature): signed, (reversed_, signature): signed})


def growdeck():
    def values(row, transaction):
        return {
            "user_id": row["userId"], "reward": row["userReward"], "transaction_id": transaction, "note": row["note"],
        }

    def text(_url, values, secret):
        return f"{secret}.{values['user_id']}.{whole(values['reward'])}.{values['transaction_id']}"

    page = Page(
        "growdeck", ("node", "node/growdeck.js"), "/growdeck", values, text, hmac_sha256, "signature", "transaction_id",
        covered=("user_id", "transaction_id"), uncovered=("note",),
    )
    signature = "5a6d8565c5ffdd226d69f862570d12cab63e1700640f9f7810ec5775c6680152"
    vector = ("/growdeck?user_id=u-42&reward=150.75&transaction_id=tx-1001", signature)
    prove(page, {vector: "{secret}.u-42.150.tx-1001"})
    only_whole_rewards_are_signed(page, "reward", values)


def playtimeads():
    def values(row, transaction):
        return {
            "user_id": row["userId"], "offer_id": row.get("offerId", "Zd"), "offer_name": row["offerName"],
            "payout": "17.55", "amount": row["userReward"], "event": row["note"], "tx": transaction,
        }

    def text(_url, values, secret):
        return values["user_id"] + values["offer_id"] + values["amount"] + "app_1" + secret

    page = Page(
        "playtimeads", ("php/serve", "playtimeads"), "/playtimeads", values, text, sha1, "signature", "tx",
        covered=("user_id", "offer_id", "amount"), uncovered=("tx", "payout"), environment={"APP_KEY": "app_1"},
    )
    vector = "/playtimeads?user_id=u-42&offer_id=of7&amount=150.75&tx=tx-1001"
    prove(page, {(vector, "83637d9515e8afd65eca5eac12f8bcebf0edd74a"): "u-42of7150.75app_1{secret}"})
    with page.opened(APP_KEY="app_2") as call:
        line = page.call(call, vector, "83637d9515e8afd65eca5eac12f8bcebf0edd74a")
        check(not line["verified"], "playtimeads: another app", line)
