#!/usr/bin/env python3
"""Reports to a conversions endpoint as an offer system does: the documented signing, and none of the server's code.

    echo '{"externalId": "order_1", ...}' | SECRET=... signed_post.py --surface ID URL

Prints the status on the first line and the answer's body after it; ends with 0 for a 2xx, else with 1.
"""

import argparse
import hashlib
import hmac
import http.client
import os
import sys
import time
from urllib.parse import urlsplit

parser = argparse.ArgumentParser(description="Sign a request as a reporting source and send it.")
parser.add_argument("url")
parser.add_argument("--surface", default=os.environ.get("SURFACE"), help="surface id (default: SURFACE)")
parser.add_argument("--secret", default=os.environ.get("SECRET"), help="the source's secret (default: SECRET)")
parser.add_argument("--timestamp", default=str(time.time_ns() // 1_000_000), help="Unix ms (default: now)")
parser.add_argument("--get", action="store_true", help="a GET, signed over path and query; reads no body")
parser.add_argument("--print", action="store_true", help="print the signature and send nothing")
args = parser.parse_args()
if not args.surface or not args.secret:
    parser.error("a surface id and a secret are needed")

url = urlsplit(args.url)
target = (url.path or "/") + (f"?{url.query}" if url.query else "")
# The bytes as they came: parsing and printing JSON anew would change what is signed.
body = None if args.get else sys.stdin.buffer.read()
signed = args.timestamp.encode() + b"." + (target.encode() if args.get else body)
signature = hmac.new(args.secret.encode(), signed, hashlib.sha256).hexdigest()
if args.print:
    print(signature)
    sys.exit()

headers = {"x-ea-surface": args.surface, "x-ea-timestamp": args.timestamp, "x-ea-signature": signature}
if not args.get:
    headers["content-type"] = "application/json"
# `http.client` sends the path as given, follows no redirect and treats an error status as an answer like any other.
connect = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
connection = connect(url.netloc, timeout=60)
connection.request("GET" if args.get else "POST", target, body, headers)
answer = connection.getresponse()
print(answer.status, flush=True)
sys.stdout.buffer.write(answer.read() + b"\n")
sys.exit(0 if 200 <= answer.status < 300 else 1)
