"""Starts a receiver, calls it, and counts what was checked."""

import contextlib
import http.client
import json
import os
import subprocess
import sys
from pathlib import Path

RECEIVERS = Path(__file__).resolve().parent.parent
AWKWARD = json.loads((RECEIVERS / "awkward.json").read_text(encoding="utf-8"))
checked = 0


def check(holds, what, line=None):
    global checked
    checked += 1
    if not holds:
        sys.exit(f"receivers: FAILED: {what}\n{line or ''}")


@contextlib.contextmanager
def receiver(*command, **environment):
    process = subprocess.Popen(
        command, cwd=RECEIVERS, env={**os.environ, **environment}, text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )
    try:
        first = process.stdout.readline()
        check(first, f"{command} ended before it listened")
        port = json.loads(first)["listening"]

        def call(method, target, body=None, headers=()):
            """Its line about the request, with the body that it answered as `answered`."""
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.putrequest(method, target, skip_host="Host" in dict(headers))
            for name, value in headers:
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders(body)
            answer = connection.getresponse()
            answered = answer.read().decode()
            connection.close()
            line = json.loads(process.stdout.readline())
            check(answer.status == line["status"], "the report tells the status that was answered", line)
            return line | {"answered": answered}

        call.port = port
        yield call
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def accepted_rows(dialect):
    return [row for row in AWKWARD if not {dialect, "all"}.intersection(row.get("refusedBy", []))]
