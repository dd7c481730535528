// An Offermaru publisher's callback page: the documented check on Express 4, and nothing that the sender's code knows.
//
// Environment: SECRET, or UNSIGNED=1 for an app without one; MAX_AGE_SECONDS, FAIL_FIRST, LISTEN_HOST, LISTEN_PORT.
'use strict';

const crypto = require('node:crypto');
const express = require('express');

const SIGNED = ['user_id', 'user_reward', 'offer_id', 'transaction_id', 'publisher_payout', 'timestamp'];

const secret = process.env.SECRET || '';
const unsigned = process.env.UNSIGNED === '1';
const maxAgeMs = Number(process.env.MAX_AGE_SECONDS || 0) * 1000;
let toFail = Number(process.env.FAIL_FIRST || 0);

if (!secret && !unsigned) {
  console.error('set SECRET to the key that callbacks are signed with, or UNSIGNED=1');
  process.exit(2);
}

function canonicalText(query) {
  // A missing parameter reads `undefined` and a doubled one `a,b`, as in the documented sample: neither may verify.
  return [...SIGNED].sort().map((key) => `${key}=${query[key]}`).join('&');
}

function sameText(a, b) {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && crypto.timingSafeEqual(left, right);
}

function whyNot(req, signedText) {
  if (req.method !== 'GET') return 'not a GET';
  const signature = req.get('X-Offermaru-Signature');
  const timestamp = req.get('X-Offermaru-Timestamp');
  if (unsigned) return signature || timestamp ? 'signed, although this app has no secret' : null;
  if (!signature) return 'no X-Offermaru-Signature';
  const expected = crypto.createHmac('sha256', secret).update(signedText).digest('hex');
  if (!sameText(signature, expected)) return 'the signature does not match';
  if (timestamp !== req.query.timestamp) return 'X-Offermaru-Timestamp is not the timestamp parameter';
  if (!req.get('X-Offermaru-App-Id')) return 'no X-Offermaru-App-Id';
  // Not documented, but some receivers do it: their senders need `timestampSource: "attempt"`.
  if (maxAgeMs && Math.abs(Date.now() - Number(timestamp)) > maxAgeMs) return 'the timestamp is stale';
  return null;
}

/** Names as they stood on the wire: Node's own `headers` lower-cases them. */
function headersAsSent(req) {
  const headers = {};
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const [name, value] = [req.rawHeaders[i], req.rawHeaders[i + 1]];
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

const app = express();
app.disable('x-powered-by');
// Not `app.get`: whatever arrives, however odd its path, is to be seen in the report.
app.use((req, res) => {
  const signedText = canonicalText(req.query);
  const why = whyNot(req, signedText);
  let status = why ? 401 : 200;
  if (toFail > 0) {
    toFail -= 1;
    status = 500;
  }
  console.log(JSON.stringify({
    verified: !why,
    status,
    why: why ?? undefined,
    transactionId: req.query.transaction_id ?? null,
    values: req.query,
    signedText,
    method: req.method,
    target: req.originalUrl,
    headers: headersAsSent(req),
  }));
  res.status(status).type('text/plain').send(status === 200 ? 'OK' : why ?? 'failing on purpose');
});

const server = app.listen(Number(process.env.LISTEN_PORT || 0), process.env.LISTEN_HOST || '127.0.0.1', () => {
  console.log(JSON.stringify({ listening: server.address().port }));
});
