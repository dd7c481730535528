// An Affonso receiver: the documented check over the raw body, and nothing that the sender's code knows.
//
// Environment: SECRET (`whsec_` included), NOW_MS (a stopped clock, for vectors).
'use strict';

const { keyed, sameText, serve, told } = require('./receiver');

const TOLERANCE_SECONDS = 300;

function whyNot(req, header, body) {
  if (req.method !== 'POST') return 'not a POST';
  if (req.headers['content-type'] !== 'application/json') return 'the content type is not application/json';
  // No space after the comma and exactly one v1: receivers that split on `,` and `=` read nothing else.
  const parts = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header ?? '');
  if (!parts) return 'X-Affonso-Signature is not t=<seconds>,v1=<hex>';
  const now = Number(process.env.NOW_MS || Date.now()) / 1000;
  if (Math.abs(now - Number(parts[1])) > TOLERANCE_SECONDS) return 'the timestamp is more than 300 s off';
  const expected = keyed('sha256')(Buffer.concat([Buffer.from(`${parts[1]}.`), body]));
  return sameText(parts[2], expected) ? null : 'the signature does not match';
}

function look({ req, body }) {
  const header = req.headers['x-affonso-signature'];
  const event = told(body);
  return {
    why: whyNot(req, header, body) ?? (typeof event.eventId === 'string' ? null : 'the body has no event id'),
    ...event,
    signedText: `${/^t=(\d+)/.exec(header ?? '')?.[1] ?? ''}.${body}`,
  };
}

serve(look, { once: 'eventId' });
