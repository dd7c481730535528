"""The four first dialects, and the reporter."""

import json
import os
import subprocess
import time

from checks.harness import RECEIVERS, accepted_rows, check, receiver
from checks.signing import hmac_hex, query


def besitos():
    vector = (
        "/pb?user_id=u1&transaction_id=2601367&reward=0.00&payout=17.55&offer_id=Zd&offer_name=Family%20Island"
        "&note=Successfully%20installed%20the%20app&reward_local_currency=60&goal_id=Zd_0"
        "&verifier=872449cff303582d4dd6f05321754c88deeeef36d0e946462a7694040ca9f033"
    )
    with receiver("php/serve", "besitos", SECRET="sekret", PUBLIC_ORIGIN="https://pub.example") as call:
        line = call("GET", vector)
        check(line["verified"] and line["transactionId"] == "2601367", "besitos: the documented vector", line)
        check(not call("GET", vector.replace("17.55", "17.56"))["verified"], "besitos: another payout is refused")
        check(not call("GET", vector[: vector.index("&verifier")])["verified"], "besitos: no verifier, no credit")
        check(not call("GET", vector[:-64] + vector[-64:].upper())["verified"], "besitos: upper-case hex is refused")
    with receiver("php/serve", "besitos", SECRET="sekret", PUBLIC_ORIGIN="forwarded") as call:
        headers = [("Host", "pub.example"), ("X-Forwarded-Proto", "https")]
        check(call("GET", vector, headers=headers)["verified"], "besitos: the origin as a proxy forwards it")
    with receiver("php/serve", "besitos", SECRET="sekret", PUBLIC_ORIGIN="", FAIL_FIRST="2") as call:
        host = [("Host", "pub.example:8443")]
        for number, row in enumerate(accepted_rows("besitos")):
            sent = {"user_id": row["userId"], "transaction_id": row.get("transactionId", f"tx-{number}")}
            sent |= {"offer_name": row["offerName"], "note": row["note"], "reward_local_currency": row["userReward"]}
            target = f"/pb.php?{query(sent.items())}"
            target += f"&verifier={hmac_hex('sekret', 'http://pub.example:8443' + target)}"
            line = call("GET", target, headers=host)
            check(line["status"] == (500 if number < 2 else 200), "besitos: the first two fail, no more", line)
            check(line["verified"] and line["values"] == sent, f"besitos: {row['name']}", line)
        plus = "/pb.php?note=a+b"
        plus += f"&verifier={hmac_hex('sekret', 'http://pub.example:8443' + plus)}"
        check(not call("GET", plus, headers=host)["verified"], "besitos: a space sent as plus does not verify")


def offermaru():
    vector = {
        "offer_id": "abc123", "publisher_payout": "250", "timestamp": "1719859200000",
        "transaction_id": "tx_987654", "user_id": "user_42", "user_reward": "100",
    }
    signature = "73ec76c1990d5903744fd4eaee0bdc84c1eddf40a8429323c241fb65d8393877"

    def headers(signature, timestamp="1719859200000"):
        return [
            ("X-Offermaru-Signature", signature), ("X-Offermaru-Timestamp", timestamp), ("X-Offermaru-App-Id", "app1"),
        ]

    with receiver("node", "node/offermaru.js", SECRET="secret") as call:
        target = f"/callback?{query(reversed(vector.items()))}&offer_name=Salt%20%26%20Pepper"
        line = call("GET", target, headers=headers(signature))
        check(line["verified"] and line["values"]["offer_name"] == "Salt & Pepper", "offermaru: the vector", line)
        check("X-Offermaru-App-Id" in line["headers"], "offermaru: header names are reported as sent", line)
        for what, wrong in {
            "100.0 where 100 was signed": target.replace("user_reward=100", "user_reward=100.0"),
            "a missing parameter": target.replace("user_id=user_42&", ""),
            "a renamed parameter": target.replace("user_id=", "uid="),
            "a doubled parameter": target + "&user_id=user_42",
        }.items():
            check(not call("GET", wrong, headers=headers(signature))["verified"], f"offermaru: {what} is refused")
        check(not call("GET", target)["verified"], "offermaru: no signature, no credit")
        check(not call("GET", target, headers=headers(signature, "1"))["verified"], "offermaru: another timestamp")
        for number, row in enumerate(accepted_rows("offermaru")):
            sent = vector | {"user_id": row["userId"], "user_reward": row["userReward"]}
            sent |= {"transaction_id": row.get("transactionId", f"tx-{number}"), "offer_id": row.get("offerId", "Zd")}
            text = "&".join(f"{name}={sent[name]}" for name in sorted(sent))
            sent |= {"offer_name": row["offerName"], "note": row["note"]}
            line = call("GET", f"/callback?{query(sent.items())}", headers=headers(hmac_hex("secret", text)))
            check(line["verified"] and line["values"] == sent, f"offermaru: {row['name']}", line)
            check(line["signedText"] == text, f"offermaru: the signed text of: {row['name']}", line)
    with receiver("node", "node/offermaru.js", UNSIGNED="1", FAIL_FIRST="1") as call:
        check([call("GET", target)["status"] for _ in range(2)] == [500, 200], "offermaru: an app without a secret")
        check(not call("GET", target, headers=headers(signature))["verified"], "offermaru: signed without a secret")
    with receiver("node", "node/offermaru.js", SECRET="secret", MAX_AGE_SECONDS="300") as call:
        check(call("GET", target, headers=headers(signature))["why"] == "the timestamp is stale", "offermaru: stale")


def affonso():
    def headers(signature):
        return [("Content-Type", "application/json"), ("X-Affonso-Signature", signature)]

    vector = "t=1704067200,v1=7dcb611cde78a062dffdc496e99c5fada0603ea09d02fb89812bbff632de77f2"
    with receiver("node", "node/affonso.js", SECRET="whsec_abc123xyz", NOW_MS="1704067499000") as call:
        check(call("POST", "/", b'{"id":"evt_1"}', headers(vector))["verified"], "affonso: the documented vector")
        check(not call("POST", "/", b'{"id": "evt_1"}', headers(vector))["verified"], "affonso: another body")
        spaced = headers(vector.replace(",", ", "))
        check(not call("POST", "/", b'{"id":"evt_1"}', spaced)["verified"], "affonso: a space after the comma")
    with receiver("node", "node/affonso.js", SECRET="whsec_abc123xyz", NOW_MS="1704067501000") as call:
        check(not call("POST", "/", b'{"id":"evt_1"}', headers(vector))["verified"], "affonso: 301 s off")
    with receiver("node", "node/affonso.js", SECRET="whsec_abc123xyz", FAIL_FIRST="1") as call:
        for number, row in enumerate(accepted_rows("affonso")):
            body = json.dumps({"id": f"evt_{number}", "type": "transaction.created", "data": row}).encode()
            now = int(time.time())
            signed = headers(f"t={now},v1={hmac_hex('whsec_abc123xyz', str(now).encode() + b'.' + body)}")
            line = call("POST", "/hook", body, signed)
            check(line["verified"] and line["values"] == row, f"affonso: {row['name']}", line)
            if number == 0:
                again = [call("POST", "/hook", body, signed)["duplicate"] for _ in range(2)]
                check(line["status"] == 500 and again == [False, True], "affonso: a failed event is no duplicate")


def attribloom():
    body = b'{"externalId":"order_12345"}'
    signature = "1254fa949df5025693cccafe4938a8caeb8760034fb4f7db825f8ea845891ca2"
    headers = [("x-ea-surface", "s1"), ("x-ea-timestamp", "1719859200000"), ("x-ea-signature", signature)]
    start = ["python3", "python/attribloom.py"]
    with receiver(*start, SECRET="secret", SURFACE="s1", NOW_MS="1719859200000") as call:
        line = call("POST", "/v1/conversions", body, headers)
        check(line["verified"] and line["transactionId"] == "order_12345", "attribloom: the documented vector", line)
        check(not call("POST", "/", body + b" ", headers)["verified"], "attribloom: another body")
        check(not call("POST", "/", body, headers + headers[:1])["verified"], "attribloom: a doubled header")
        check(not call("POST", "/", body, [("x-ea-surface", "s2")] + headers[1:])["verified"], "attribloom: surface")
    with receiver(*start, SECRET="secret", SURFACE="", NOW_MS="1719859500001") as call:
        check(not call("POST", "/", body, headers)["verified"], "attribloom: more than 5 minutes off")


def signed_post():
    body = b'{"externalId":"order_12345"}'
    start = ["python3", "signed_post.py", "--surface", "s1", "--secret", "secret"]

    def run(*arguments, body):
        return subprocess.run([*start, *arguments], cwd=RECEIVERS, input=body, capture_output=True, env=os.environ)

    printed = run("http://127.0.0.1/", "--timestamp", "1719859200000", "--print", body=body)
    expected = b"1254fa949df5025693cccafe4938a8caeb8760034fb4f7db825f8ea845891ca2"
    check(printed.stdout.strip() == expected, "signed_post: the documented vector", printed)
    with receiver("python3", "python/attribloom.py", SECRET="secret", SURFACE="s1", NOW_MS="") as call:
        url = f"http://127.0.0.1:{call.port}/v1/conversions"
        sent = run(url, body=body)
        check((sent.returncode, sent.stdout) == (0, b"200\nOK\n"), "signed_post: an accepted report", sent)
        check(run(url, "--timestamp", "1", body=body).stdout.startswith(b"401\n"), "signed_post: a stale report")
