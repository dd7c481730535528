"""`standard-webhooks`: id, time and signatures in headers, over the raw body."""

import base64
import hashlib
import json
import time

from checks.harness import accepted_rows, check, receiver
from checks.signing import hmac_base64

K1 = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
K2 = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
B = (
    b'{"type":"completion","timestamp":"2024-07-01T18:40:00.000Z",'
    b'"data":{"transactionId":"tx-1001","userId":"u-42","userReward":"150.75"}}'
)
BY_K1 = "v1,BJ/HZ3P83EcUyjIKX5V8rXWQJfFlKFEINTF0hw2eCCE="
BY_K2 = "v1,Y06SSloAnO0QfvgiaejIjEh+3FvWrPB7olRzic7/qlQ="


def headers(signature, event="evt_1", timestamp="1719859260"):
    return [
        ("Content-Type", "application/json"), ("Webhook-Id", event), ("Webhook-Timestamp", timestamp),
        ("Webhook-Signature", signature),
    ]


def signed(key, event, timestamp, body):
    text = f"{event}.{timestamp}.".encode() + body
    return "v1," + hmac_base64(base64.b64decode(key.removeprefix("whsec_")), text, hashlib.sha256)


def standard_webhooks():
    for start in (("node", "node/standard-webhooks.js"), ("python3", "python/standard_webhooks.py")):
        vectors(start)
        rows(start)


def vectors(start):
    with receiver(*start, SECRET=K1, NOW_MS="1614265330000") as call:
        signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        sent = headers(signature, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330")
        line = call("POST", "/", b'{"test": 2432232314}', sent)
        check(line["verified"], f"standard-webhooks, {start}: the libraries' own vector", line)
    for key, signature, other in ((K1, BY_K1, BY_K2), (K2, BY_K2, BY_K1)):
        with receiver(*start, SECRET=key, NOW_MS="1719859260000") as call:
            line = call("POST", "/hook", B, headers(signature))
            check(line["verified"] and line["transactionId"] == "tx-1001", f"standard-webhooks, {start}: {key}", line)
            check(line["signedText"] == f"evt_1.1719859260.{B.decode()}", "standard-webhooks: the signed text", line)
            check((line["eventId"], line["eventType"]) == ("evt_1", "completion"), "standard-webhooks: the event", line)
            for both in (f"{BY_K1} {BY_K2}", f"{BY_K2} {BY_K1}"):
                line = call("POST", "/hook", B, headers(both))
                check(line["verified"], f"standard-webhooks, {start}: either key of a rotation", line)
            refused = {
                "another key": (B, headers(other)),
                "another body": (B + b" ", headers(signature)),
                "another id": (B, headers(signature, event="evt_2")),
                "another time": (B, headers(signature, timestamp="1719859261")),
                "no version": (B, headers(signature.removeprefix("v1,"))),
                "signatures with a comma between them": (B, headers(f"{other},{signature}")),
                "no signature": (B, headers(signature)[:-1]),
                "no id": (B, headers(signature)[:1] + headers(signature)[2:]),
            }
            for what, (body, sent) in refused.items():
                line = call("POST", "/hook", body, sent)
                check(not line["verified"] and line["status"] == 401, f"standard-webhooks, {start}: {what}", line)
            check(not call("GET", "/hook", None, headers(signature))["verified"], "standard-webhooks: not a POST")
    with receiver(*start, SECRET=K1, NOW_MS="1719859561000") as call:
        line = call("POST", "/hook", B, headers(BY_K1))
        check(not line["verified"], f"standard-webhooks, {start}: 301 s off", line)


def rows(start):
    with receiver(*start, SECRET=K2, FAIL_FIRST="1", NOW_MS="") as call:
        for number, row in enumerate(accepted_rows("standard-webhooks")):
            event, now = f"evt_{number}", str(int(time.time()))
            body = json.dumps({"type": "completion", "data": row}, ensure_ascii=number % 2 == 0).encode()
            line = call("POST", "/hook", body, headers(signed(K2, event, now, body), event, now))
            check(line["status"] == (500 if number == 0 else 200), f"standard-webhooks: {row['name']}: status", line)
            check(line["verified"] and line["values"] == row, f"standard-webhooks, {start}: {row['name']}", line)
