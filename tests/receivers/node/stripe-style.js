// A receiver of events in Stripe's manner: Stripe's own library for Node verifies, whatever the header is called.
//
// Environment: SECRET (the whole text, `whsec_` included), HEADER (default: X-Signature), NOW_MS (a stopped clock, for
// vectors).
'use strict';

const Stripe = require('stripe');
const { secret, serve, told } = require('./receiver');

const HEADER = (process.env.HEADER || 'X-Signature').toLowerCase();
const TOLERANCE_SECONDS = 300;

function whyNot(req, header, body) {
  if (req.method !== 'POST') return 'not a POST';
  if (!header) return `no header ${HEADER}`;
  const now = Math.floor(Number(process.env.NOW_MS || Date.now()) / 1000);
  try {
    Stripe.webhooks.signature.verifyHeader(body.toString(), header, secret, TOLERANCE_SECONDS, undefined, now * 1000);
  } catch (error) {
    return error.message;
  }
  // The library refuses what is old, and takes what is yet to come.
  const at = Number(/^t=(\d+),/.exec(header)?.[1]);
  return Math.abs(now - at) <= TOLERANCE_SECONDS ? null : 'the timestamp is more than 300 s off';
}

function look({ req, body }) {
  const header = req.headers[HEADER];
  return { why: whyNot(req, header, body), ...told(body), signedText: `${/^t=(\d+)/.exec(header ?? '')?.[1] ?? ''}.${body}` };
}

serve(look, { once: 'transactionId' });
