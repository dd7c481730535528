// An Affonso receiver: the documented check over the raw body, and nothing that the sender's code knows.
//
// Environment: SECRET, NOW_MS (a stopped clock, for vectors), FAIL_FIRST, LISTEN_HOST, LISTEN_PORT.
'use strict';

const crypto = require('node:crypto');
const http = require('node:http');

const TOLERANCE_SECONDS = 300;

const secret = process.env.SECRET || '';
const seen = new Set();
let toFail = Number(process.env.FAIL_FIRST || 0);

if (!secret) {
  console.error('set SECRET to the key that callbacks are signed with, `whsec_` included');
  process.exit(2);
}

function whyNot(req, header, body) {
  if (req.method !== 'POST') return 'not a POST';
  if (req.headers['content-type'] !== 'application/json') return 'the content type is not application/json';
  // No space after the comma and exactly one v1: receivers that split on `,` and `=` read nothing else.
  const parts = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header ?? '');
  if (!parts) return 'X-Affonso-Signature is not t=<seconds>,v1=<hex>';
  const now = Number(process.env.NOW_MS || Date.now()) / 1000;
  if (Math.abs(now - Number(parts[1])) > TOLERANCE_SECONDS) return 'the timestamp is more than 300 s off';
  const expected = crypto.createHmac('sha256', secret).update(`${parts[1]}.`).update(body).digest();
  if (!crypto.timingSafeEqual(Buffer.from(parts[2], 'hex'), expected)) return 'the signature does not match';
  return null;
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
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

function receive(req, res, body) {
  const header = req.headers['x-affonso-signature'];
  const event = parsed(body);
  const why = whyNot(req, header, body) ?? (typeof event?.id === 'string' ? null : 'the body has no event id');
  let status = why ? 401 : 200;
  if (toFail > 0) {
    toFail -= 1;
    status = 500;
  }
  const duplicate = seen.has(event?.id);
  // What was answered with a failure comes again and must then count.
  if (status === 200) seen.add(event.id);
  console.log(JSON.stringify({
    verified: !why,
    status,
    why: why ?? undefined,
    duplicate,
    eventId: event?.id ?? null,
    eventType: event?.type ?? null,
    transactionId: event?.data?.transactionId ?? null,
    values: event?.data ?? {},
    signedText: `${/^t=(\d+)/.exec(header ?? '')?.[1] ?? ''}.${body}`,
    rawBody: body.toString(),
    method: req.method,
    target: req.url,
    headers: headersAsSent(req),
  }));
  res.writeHead(status, { 'content-type': 'text/plain' });
  res.end(status === 200 ? 'OK' : why ?? 'failing on purpose');
}

const server = http.createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => receive(req, res, Buffer.concat(chunks)));
});
server.listen(Number(process.env.LISTEN_PORT || 0), process.env.LISTEN_HOST || '127.0.0.1', () => {
  console.log(JSON.stringify({ listening: server.address().port }));
});
