"""Dialects whose header signs the raw body: `stripe-style`, `github-style`, `adgem-post`."""

import json
import time

from checks.harness import accepted_rows, check, receiver
from checks.message_headers import B, K1, K2
from checks.signing import hmac_hex

NOW = "1719859260"
STRIPE_1 = "v1=33cbbf885569d5e07aa7d5be6ea1fb5b7731ab8ae09d2919c908d929682b999d"
STRIPE_2 = "v1=7d10eb778f9015a8e8484d6feb4b8ed5e0e81779a74d7c9a4ebdb86ad82996ed"
GITHUB = "sha256=4ad5996bfc4c4f870daea74b4ea7a8d520f6b102d417241fe5ec9198df859928"
ADGEM = (
    b'{"request_id":"01786456-b959-404a-baa7-05ef8a2e0290","timestamp":1719859260,"data":{"campaign_id":"of7",'
    b'"player_id":"u-42","amount":150.75,"payout":1.25,"conversion_id":"tx-1001","goal_id":"g3",'
    b'"offer_name":"Gems & Gold (iOS)","conversion_type":"reward"}}'
)
BY_ADGEM = "6a17dc11d7171f5178215f2dba3c35a84aacaceb1708e9ecbeeb1aebe55c21b7"


def headers(name, signature, *more):
    return [("Content-Type", "application/json"), (name, signature), *more]


def refuses(call, what, requests):
    for why, (body, sent) in requests.items():
        line = call("POST", "/hook", body, sent)
        check(not line["verified"] and line["status"] == 401, f"{what}: {why}", line)


def stripe_style():
    start = ("node", "node/stripe-style.js")
    for key, signature, other in ((K1, STRIPE_1, STRIPE_2), (K2, STRIPE_2, STRIPE_1)):
        for name in ("X-Signature", "Stripe-Signature"):
            with receiver(*start, SECRET=key, HEADER=name, NOW_MS=f"{NOW}000") as call:
                for value in (signature, f"{signature},{other}", f"{other},{signature}"):
                    line = call("POST", "/hook", B, headers(name, f"t={NOW},{value}"))
                    check(line["verified"] and line["transactionId"] == "tx-1001", f"stripe-style: {value}", line)
                    check(line["signedText"] == f"{NOW}.{B.decode()}", "stripe-style: the signed text", line)
                sent = headers(name, f"t={NOW},{signature}")
                refuses(call, "stripe-style", {
                    "another key": (B, headers(name, f"t={NOW},{other}")),
                    "another body": (B + b" ", sent),
                    "another time": (B, headers(name, f"t={int(NOW) + 1},{signature}")),
                    "no time": (B, headers(name, signature)),
                    "no version": (B, headers(name, f"t={NOW},{signature.removeprefix('v1=')}")),
                    "another header": (B, headers("X-Other", f"t={NOW},{signature}")),
                })
                check(not call("GET", "/hook", None, sent)["verified"], "stripe-style: not a POST")
    for off in ("1719859561000", "1719858959000"):
        with receiver(*start, SECRET=K1, NOW_MS=off) as call:
            line = call("POST", "/hook", B, headers("X-Signature", f"t={NOW},{STRIPE_1}"))
            check(not line["verified"], "stripe-style: 301 s off", line)

    def sent(body, _number):
        now = str(int(time.time()))
        return headers("X-Signature", f"t={now},v1={hmac_hex(K2, f'{now}.'.encode() + body)}")

    rows("stripe-style", start, K2, sent)


def github_style():
    start = ("node", "node/github-style.js")
    named = (("X-GitHub-Event", "completion"), ("X-GitHub-Delivery", "01786456-b959-404a-baa7-05ef8a2e0290"))
    with receiver(*start, SECRET="It's a Secret to Everybody") as call:
        signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        line = call("POST", "/hook", b"Hello, World!", headers("X-Hub-Signature-256", signature))
        check(line["verified"], "github-style: the documented vector", line)
    with receiver(*start, SECRET="sekret") as call:
        sent = headers("X-Hub-Signature-256", GITHUB, *named)
        for duplicate in (False, True):
            line = call("POST", "/hook", B, sent)
            check(line["verified"] and line["transactionId"] == "tx-1001", "github-style: the vector", line)
            check((line["eventId"], line["event"]) == (named[1][1], "completion"), "github-style: the event", line)
            check(line["duplicate"] == duplicate, "github-style: a request that was captured is known by its id", line)
        other = headers("X-Hub-Signature-256", GITHUB, ("X-GitHub-Delivery", "another"))
        check(call("POST", "/hook", B, other)["duplicate"], "github-style: a header that nobody signed makes nothing new")
        refuses(call, "github-style", {
            "another body": (B + b" ", sent),
            "no prefix": (B, headers("X-Hub-Signature-256", GITHUB.removeprefix("sha256="))),
            "another digest": (B, headers("X-Hub-Signature-256", "sha256=" + "0" * 64)),
            "no signature": (B, headers("X-Other", GITHUB)),
        })
        check(not call("GET", "/hook", None, sent)["verified"], "github-style: not a POST")

    def signed(body, number):
        return headers("X-Hub-Signature-256", "sha256=" + hmac_hex("sekret", body), ("X-GitHub-Delivery", str(number)))

    rows("github-style", start, "sekret", signed)


def adgem_post():
    start = ("node", "node/adgem-post.js")
    with receiver(*start, SECRET="sekret") as call:
        line = call("POST", "/hook", ADGEM, headers("Signature", BY_ADGEM))
        check(line["verified"] and line["transactionId"] == "tx-1001", "adgem-post: the vector", line)
        check((line["values"]["amount"], line["values"]["payout"]) == ("150.75", "1.25"), "adgem-post: amounts", line)
        refuses(call, "adgem-post", {
            "another body": (ADGEM.replace(b"150.75", b"150.750"), headers("Signature", BY_ADGEM)),
            "another digest": (ADGEM, headers("Signature", "0" * 64)),
            "no signature": (ADGEM, headers("X-Other", BY_ADGEM)),
        })
        check(not call("GET", "/hook", None, headers("Signature", BY_ADGEM))["verified"], "adgem-post: not a POST")
    with receiver(*start, SECRET="sekret", FAIL_FIRST="1") as call:
        for number, row in enumerate(accepted_rows("adgem-post")):
            data = {"player_id": row["userId"], "offer_name": row["offerName"], "conversion_id": f"tx-{number}"}
            text = json.dumps(data, ensure_ascii=number % 2 == 0)
            body = f'{{"data":{text[:-1]},"amount":{row["userReward"]}}}}}'.encode()
            line = call("POST", "/hook", body, headers("Signature", hmac_hex("sekret", body)))
            check(line["status"] == (500 if number == 0 else 200), f"adgem-post: {row['name']}: status", line)
            expected = data | {"amount": row["userReward"]}
            check(line["verified"] and line["values"] == expected, f"adgem-post: {row['name']}", line)


def rows(dialect, start, secret, sent):
    with receiver(*start, SECRET=secret, FAIL_FIRST="1", NOW_MS="") as call:
        for number, row in enumerate(accepted_rows(dialect)):
            body = json.dumps({"type": "completion", "data": row}, ensure_ascii=number % 2 == 0).encode()
            line = call("POST", "/hook", body, sent(body, number))
            check(line["status"] == (500 if number == 0 else 200), f"{dialect}: {row['name']}: status", line)
            check(line["verified"] and line["values"] == row, f"{dialect}: {row['name']}", line)
