"""Dialects that sign nothing: `adgate`, `mychips`, `revu`, `plain`, `plain-json`, and `monlix`, whose secret itself travels.
What their receivers prove is what a language's own parser decodes, and that a token which is not theirs is refused.
"""

import json

from checks.harness import accepted_rows, check, receiver
from checks.signing import query, rfc3986, rfc1738

# The vectors, as the templates of README.md expand; the token is the publisher's own.
ADGATE = "/ag?tx=tx-1001&u=u-42&p=150.75&usd=1.25&o=Gems%20%26%20Gold%20%28iOS%29&s=approved"
REVU = "/rv?u=u-42&c=150.75&o=of7"
MONLIX = "/mx?u=u-42&t=tx-1001"


def adgate():
    get("adgate", ("node", "node/unsigned.js"), "token", "tx", ADGATE)


def mychips():
    get("mychips", ("python3", "python/unsigned.py"), "token", "tx", "/mc?u=u-42&tx=tx-1001&usd=0&own=0&coins=0&why=fraud")


def monlix():
    get("monlix", ("node", "node/monlix.js"), "k", "t", MONLIX)


def revu():
    get("revu", ("node", "node/unsigned.js"), "token", "tx", f"{REVU}&tx=tx-1001")


def plain():
    get("plain", ("python3", "python/unsigned.py"), "token", "tx", "/in?u=u-42&tx=tx-1001&r=150.75")


def plain_json():
    start = ("python3", "python/unsigned.py")
    with receiver(*start, SECRET="sekret", METHOD="POST", ID="transactionId", FAIL_FIRST="1") as call:
        for number, row in enumerate(accepted_rows("plain-json")):
            data = {"transactionId": f"tx-{number}", **{name: row[name] for name in ("userId", "offerName", "userReward")}}
            body = json.dumps(data, ensure_ascii=number % 2 == 0).encode()
            line = call("POST", "/in?token=sekret", body)
            check(line["verified"] and line["values"] == data, f"plain-json: {row['name']}", line)
            check(line["status"] == (500 if number == 0 else 200), f"plain-json: {row['name']}: status", line)
            check(line["transactionId"] == f"tx-{number}", "plain-json: the transaction", line)
        for target in ("/in", "/in?token=other", "/in?token="):
            line = call("POST", target, body)
            check(not line["verified"] and line["status"] == 401, f"plain-json: {target}", line)
        check(not call("GET", "/in?token=sekret")["verified"], "plain-json: not a POST")


def get(dialect, start, token, transaction, vector):
    with receiver(*start, SECRET="sek ret+&", FAIL_FIRST="1") as call:
        for number, row in enumerate(accepted_rows(dialect)):
            values = {transaction: f"tx-{number}", "u": row["userId"], "n": row["offerName"], "r": row["userReward"], "x": ""}
            for encode in (rfc3986, rfc1738):
                pairs = [*values.items(), (token, "sek ret+&")]
                line = call("GET", f"/page?{query(pairs, encode)}")
                check(line["verified"] and line["values"] == values, f"{dialect}: {row['name']}", line)
                check(line["transactionId"] == f"tx-{number}", f"{dialect}: the transaction", line)
                failing = number == 0 and encode is rfc3986
                check(line["status"] == (500 if failing else 200), f"{dialect}: {row['name']}: status", line)
    with receiver(*start, SECRET="sekret") as call:
        line = call("GET", f"{vector}&{token}=sekret")
        check(line["verified"] and line["transactionId"] == "tx-1001", f"{dialect}: the vector", line)
        for target in (vector, f"{vector}&{token}=", f"{vector}&{token}=other", f"{vector}&{token}=sekret1"):
            line = call("GET", target)
            check(not line["verified"] and line["status"] == 401, f"{dialect}: {target}", line)
        check(not call("POST", f"{vector}&{token}=sekret")["verified"], f"{dialect}: not a GET")
