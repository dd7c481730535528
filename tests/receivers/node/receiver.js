// What the receivers in Node do alike: they listen, report each request in a line, and answer it.
//
// Environment: SECRET, PUBLIC_ORIGIN, FAIL_FIRST, LISTEN_HOST, LISTEN_PORT.
'use strict';

const crypto = require('node:crypto');
const http = require('node:http');

const secret = process.env.SECRET || '';
const unsigned = process.env.UNSIGNED === '1';
const seen = new Set();
let toFail = Number(process.env.FAIL_FIRST || 0);

if (!secret && !unsigned) {
  console.error('set SECRET to the key that callbacks are signed with');
  process.exit(2);
}

function sameText(a, b) {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && crypto.timingSafeEqual(left, right);
}

/** Makes the hex digest of a text, the secret in it. */
function plain(algorithm) {
  return (text) => crypto.createHash(algorithm).update(text).digest('hex');
}

/** Makes the hex digest of a text, the secret as the key. */
function keyed(algorithm) {
  return (text) => crypto.createHmac(algorithm, secret).update(text).digest('hex');
}

/**
 * What a GET is found to be. `text` makes the signed text out of the secret, so that the report can show the text with
 * the word `{secret}` in its place, and `digest` makes the signature out of the text.
 */
function signedGet({ req, signature, text, digest, transactionId, values }) {
  const whyNot = () => {
    if (req.method !== 'GET') return 'not a GET';
    if (!signature) return 'no signature';
    return sameText(signature, digest(text(secret))) ? null : 'the signature does not match';
  };
  return { why: whyNot(), transactionId: transactionId ?? null, values, signedText: text('{secret}') };
}

/** What a JSON body says of itself, whoever sent it. */
function told(body) {
  let event = null;
  try {
    event = JSON.parse(body);
  } catch {
    // The line shows the body as it came.
  }
  return {
    eventId: event?.id ?? null,
    eventType: event?.type ?? null,
    transactionId: event?.data?.transactionId ?? null,
    values: event?.data ?? {},
    rawBody: body.toString(),
  };
}

/** The URL that the sender called, which behind a proxy is not the one that this server sees. */
function calledUrl(req) {
  const origin = process.env.PUBLIC_ORIGIN || '';
  if (origin.includes('://')) return origin.replace(/\/+$/, '') + req.url;
  return `${(origin && req.headers['x-forwarded-proto']) || 'http'}://${req.headers.host}${req.url}`;
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

/**
 * Reports what a request was found to be, and answers it. `once` names the field by which a repetition is known, and
 * `repeated` is the body that answers one; what was answered with a failure comes again and must then count. A body may
 * be made of what was found.
 */
function reply(req, res, found, { accepted = 'OK', repeated = accepted, once, refused = 401 } = {}) {
  let status = found.why ? refused : 200;
  if (toFail > 0) {
    toFail -= 1;
    status = 500;
  }
  const { why, ...rest } = found;
  const duplicate = once ? seen.has(found[once]) : undefined;
  if (once && status === 200) seen.add(found[once]);
  const request = { method: req.method, target: req.url, headers: headersAsSent(req) };
  console.log(JSON.stringify({ verified: !why, status, why: why ?? undefined, duplicate, ...rest, ...request }));
  res.writeHead(status, { 'content-type': 'text/plain' });
  const answer = duplicate ? repeated : accepted;
  if (status === 200) res.end(typeof answer === 'function' ? answer(found) : answer);
  else res.end(why ?? 'failing on purpose');
}

function listen(server) {
  server.listen(Number(process.env.LISTEN_PORT || 0), process.env.LISTEN_HOST || '127.0.0.1', () => {
    console.log(JSON.stringify({ listening: server.address().port }));
  });
}

/** Shows every request, its called URL, decoded parameters and raw body to `look`, and replies with what that finds. */
function serve(look, answers) {
  listen(http.createServer((req, res) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', async () => {
      const url = calledUrl(req);
      const query = Object.fromEntries(new URL(url).searchParams);
      reply(req, res, await look({ req, url, query, body: Buffer.concat(chunks) }), answers);
    });
  }));
}

module.exports = { secret, unsigned, sameText, plain, keyed, signedGet, told, reply, listen, serve };
