// An Offermaru publisher's callback page: the documented check on Express 4, and nothing that the sender's code knows.
//
// Environment: SECRET, or UNSIGNED=1 for an app without one; MAX_AGE_SECONDS.
'use strict';

const http = require('node:http');
const express = require('express');
const { keyed, listen, reply, sameText, unsigned } = require('./receiver');

const SIGNED = ['user_id', 'user_reward', 'offer_id', 'transaction_id', 'publisher_payout', 'timestamp'];

const maxAgeMs = Number(process.env.MAX_AGE_SECONDS || 0) * 1000;

function canonicalText(query) {
  // A missing parameter reads `undefined` and a doubled one `a,b`, as in the documented sample: neither may verify.
  return [...SIGNED].sort().map((key) => `${key}=${query[key]}`).join('&');
}

function whyNot(req, signedText) {
  if (req.method !== 'GET') return 'not a GET';
  const signature = req.get('X-Offermaru-Signature');
  const timestamp = req.get('X-Offermaru-Timestamp');
  if (unsigned) return signature || timestamp ? 'signed, although this app has no secret' : null;
  if (!signature) return 'no X-Offermaru-Signature';
  if (!sameText(signature, keyed('sha256')(signedText))) return 'the signature does not match';
  if (timestamp !== req.query.timestamp) return 'X-Offermaru-Timestamp is not the timestamp parameter';
  if (!req.get('X-Offermaru-App-Id')) return 'no X-Offermaru-App-Id';
  // Not documented, but some receivers do it: their senders need `timestampSource: "attempt"`.
  if (maxAgeMs && Math.abs(Date.now() - Number(timestamp)) > maxAgeMs) return 'the timestamp is stale';
  return null;
}

const app = express();
app.disable('x-powered-by');
// Not `app.get`: whatever arrives, however odd its path, is to be seen in the report.
app.use((req, res) => {
  const signedText = canonicalText(req.query);
  const { transaction_id: transactionId = null } = req.query;
  reply(req, res, { why: whyNot(req, signedText), transactionId, values: req.query, signedText });
});

listen(http.createServer(app));
