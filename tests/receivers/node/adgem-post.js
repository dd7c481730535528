// An AdGem publisher's page for postbacks of version 3, as the vendor's Node sample has it: Express keeps the raw body
// beside what it parses, and the header signs the raw one.
'use strict';

const http = require('node:http');

const express = require('express');
const { keyed, listen, reply, sameText } = require('./receiver');

const app = express();
app.use(express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes; } }));
app.disable('x-powered-by');

function whyNot(req) {
  if (req.method !== 'POST') return 'not a POST';
  const signature = req.get('Signature');
  if (!signature) return 'no header Signature';
  return sameText(signature, keyed('sha256')(req.rawBody ?? '')) ? null : 'the signature does not match';
}

/** Amounts as they were written: Express has made numbers of them, which drops zeros and whatever a double cannot hold. */
function asWritten(raw, data) {
  const amounts = ['amount', 'payout'].filter((name) => name in data);
  const written = amounts.map((name) => [name, new RegExp(`"${name}":(-?[0-9.]+)[,}]`).exec(raw)?.[1]]);
  return { ...data, ...Object.fromEntries(written) };
}

app.all('*', (req, res) => {
  const rawBody = (req.rawBody ?? '').toString();
  const { data = {}, request_id: requestId = null, timestamp = null } = req.body ?? {};
  reply(req, res, {
    why: whyNot(req),
    transactionId: data.conversion_id ?? null,
    values: asWritten(rawBody, data),
    requestId,
    timestamp,
    rawBody,
    signedText: rawBody,
  });
});
listen(http.createServer(app));
