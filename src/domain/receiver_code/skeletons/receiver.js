%% part reading
  let transactionId = <<transaction_id>>;
%% if user
  let userId = <<user_id>>;
%% end
%% if amount
  let amount = <<amount>>;
%% end
%% if reversal
  const isReversal = <<is_reversal>>;
%% if other_id
  if (isReversal) transactionId = <<reversed_id>>;
%% end
%% if other_user
  if (isReversal) userId = <<reversed_user>>;
%% end
%% if other_amount
  if (isReversal) amount = <<reversed_amount>>;
%% end
%% end
%% part end
<<heading>>
//
// Start it behind whatever ends TLS for you:
%% if secrets
//   RINGBACK_SECRET=... node receiver.js
%% end
%% if address
//   RINGBACK_ADDRESS=... node receiver.js
%% end
// It listens on 127.0.0.1:8000; PORT=8001 before it chooses another port.
%% if secrets
// RINGBACK_SECRET is the endpoint's secret; while it is being replaced, RINGBACK_SECRET_2 is the other one.
%% end
%% if address
// RINGBACK_ADDRESS is the address that callbacks come from, as the console shows it; several are separated by commas.
// Behind a proxy on this machine it is the last entry of X-Forwarded-For: your proxy must set X-Forwarded-For itself.
%% end
'use strict';

%% if secrets
const crypto = require('node:crypto');
%% end
const fs = require('node:fs');
const http = require('node:http');

%% if secrets
const SECRETS = [process.env.RINGBACK_SECRET, process.env.RINGBACK_SECRET_2].filter(Boolean);
if (SECRETS.length === 0) throw new Error('Set RINGBACK_SECRET to the secret of the endpoint.');
%% end
%% if address
const ADDRESSES = (process.env.RINGBACK_ADDRESS ?? '').split(',').map((one) => one.trim()).filter(Boolean);
if (ADDRESSES.length === 0) throw new Error('Set RINGBACK_ADDRESS to the address that callbacks come from.');
%% end
%% if fresh
const TOLERANCE_SECONDS = Number(process.env.RINGBACK_TOLERANCE_SECONDS ?? 300);
%% end
const LONGEST_BODY = 1_000_000;
const LEDGER = process.env.RINGBACK_LEDGER ?? 'ringback-ledger.txt';
%% if url
// A signed URL begins as it was sent, whatever a proxy makes of scheme and host.
const ORIGIN = <<origin>>;
%% end

/** YOURS TO WRITE: give the user the reward. Called once for each transaction id. */
async function credit(transactionId<<_user>><<_amount>>, values) {
  <<meanings>>
  console.log(['credit', transactionId<<_user>><<_amount>>].join('\t'));
}

%% if reversal
/** YOURS TO WRITE: take it back. The transaction id is that of the completion. */
async function reverse(transactionId<<_user>><<_amount>>, values) {
  console.log(['reverse', transactionId<<_user>><<_amount>>].join('\t'));
}

%% end
let lastTurn = Promise.resolve();

/** Acts unless it has for this key. With a database: a unique index on the key, in the transaction that credits. */
function once(key, act) {
  const turn = lastTurn.then(async () => {
    const keys = fs.existsSync(LEDGER) ? fs.readFileSync(LEDGER, 'utf8').split('\n') : [];
    if (keys.includes(key)) return;
    await act();
    fs.appendFileSync(LEDGER, `${key}\n`);
  });
  lastTurn = turn.catch(() => {});
  return turn;
}

/** Why a callback is refused. */
class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

%% if get
function decode(text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Refused(400, 'not percent-encoded UTF-8');
  }
}

/** Decodes a query. A name that stands twice is refused: which of the two counts, no two languages agree on. */
function parameters(query) {
  const values = new Map();
  for (const pair of query.split('&').filter(Boolean)) {
    const [name, ...value] = pair.split('=');
    if (values.has(decode(name))) throw new Refused(400, 'a parameter stands twice');
    values.set(decode(name), decode(value.join('=')));
  }
  return values;
}

%% end
%% if post
/** A field of the body as text; an absent one is empty. */
function field(values, ...path) {
  return String(path.reduce((value, name) => value?.[name], values) ?? '');
}

%% end
%% if whole
/** The part of an amount before its point, not rounded. */
function whole(amount) {
  const digits = amount.split('.')[0];
  return digits === '-0' ? '0' : digits;
}

%% end
%% if pairs
%% if form or rfc3986
function encode(text) {
  const code = (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
%% if form
  return encodeURIComponent(text).replace(/[!'()*~]/g, code).replaceAll('%20', '+');
%% end
%% if rfc3986
  return encodeURIComponent(text).replace(/[!'()*]/g, code);
%% end
}

%% end
/** Names and values as they are signed. */
function pairs(values) {
  const sorted = [...values].sort(([one], [other]) => (one < other ? -1 : 1));
%% if decoded
  return sorted.map(([name, value]) => `${name}=${value}`).join('&');
%% end
%% unless decoded
  return sorted.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
%% end
}

%% end
%% if signed
function sign(secret, text) {
%% if decoded_key
  // The key is what follows the prefix, decoded.
  const key = Buffer.from(secret.slice(<<key_prefix_length>>), 'base64');
%% end
%% if keyed
%% if decoded_key
  return crypto.createHmac(<<algorithm>>, key).update(text).digest(<<digest>>);
%% end
%% unless decoded_key
  return crypto.createHmac(<<algorithm>>, secret).update(text).digest(<<digest>>);
%% end
%% end
%% if unkeyed
  return crypto.createHash(<<algorithm>>).update(text).digest(<<digest>>);
%% end
}

%% end
%% if secrets
/** Compares without telling by time where two texts differ. */
function isSame(one, other) {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && crypto.timingSafeEqual(left, right);
}

%% end
/** Takes a callback in; answers status and body. The target is path and query, exactly as they arrived. */
async function receive(method, target, headers, body<<_address>>) {
  if (method !== '<<method>>') throw new Refused(405, 'not a <<method>>');
%% if address
  if (!ADDRESSES.includes(address)) throw new Refused(403, 'not an address that callbacks come from');
%% end
%% if get
%% if path or uses_path
  const path = target.split('?')[0];
%% end
  const values = parameters(target.split('?').slice(1).join('?'));
%% end
%% if path
%% if query_apart
  // What stands in the path is not among the signed pairs.
  const inQuery = new Map(values);
%% end
  for (const [pattern, names] of <<paths>>) {
    const found = pattern.exec(path);
    if (found) {
      names.forEach((name, at) => values.set(name, decode(found[at + 1].replaceAll('+', '%2B'))));
      break;
    }
  }
%% end
%% if get
%% use reading
%% end
%% if last
  // The signature is the last parameter: what stands before it is signed, and nothing may follow.
  const found = <<last_regex>>.exec(target);
  if (!found) throw new Refused(401, 'no signature');
%% if url or raw_query
  const before = found[1];
%% end
  const claimed = [decode(found[2])];
  values.delete(<<signature_name>>);
%% if query_apart
  inQuery.delete(<<signature_name>>);
%% end
%% end
%% if parameter
  const claimed = [<<claimed>>];
  values.delete(<<signature_name>>);
%% if query_apart
  inQuery.delete(<<signature_name>>);
%% end
%% end
%% if header
%% if url or raw_query
  const before = target;
%% end
%% unless wrapped
%% unless several
  const claimed = [<<claimed>>];
%% end
%% end
%% if wrapped
  const found = <<whole_regex>>.exec(<<claimed>>);
  if (!found) throw new Refused(401, 'no signature');
%% unless several
  const claimed = [found[<<signature_group>>]];
%% end
%% end
%% if several
  // Several, while a secret is being replaced.
%% if wrapped
  const parts = found[<<signature_group>>].split(<<join>>);
%% end
%% unless wrapped
  const parts = <<claimed>>.split(<<join>>);
%% end
  const claimed = parts.map((part) => <<each_regex>>.exec(part)?.[1]).filter(Boolean);
%% end
%% end
%% if time_wrapped
  const timestamp = found[<<time_group>>];
%% end
%% if time_header
  const timestamp = <<time_header>>;
%% end
%% if signed
%% if other_text
  const text = (secret) => (isReversal
    ? <<reversed_text>>
    : <<text>>);
%% end
%% unless other_text
  const text = (secret) => <<text>>;
%% end
  const rights = SECRETS.map((secret) => sign(secret, text(secret)));
  if (!rights.some((right) => claimed.some((one) => isSame(right, one)))) throw new Refused(401, 'wrong signature');
%% end
%% if secret
  if (!SECRETS.some((secret) => isSame(secret, <<claimed>>))) throw new Refused(401, 'wrong secret');
%% end
%% if post
%% if numbers
  // Amounts stay the digits that were sent: outside of texts, a number becomes one.
  const values = JSON.parse(body.replace(/("(?:[^"\\]|\\.)*")|-?\d[\d.eE+-]*/g, (token, text) => text ?? `"${token}"`));
%% end
%% unless numbers
  // Numbers beyond 15 digits lose some here; Ringback sends amounts in texts or in minor units.
  const values = JSON.parse(body);
%% end
%% use reading
%% end
%% if fresh
  // A captured callback must not be played back later.
%% if milliseconds
  const age = Date.now() / 1000 - Number(<<instant>> || NaN) / 1000;
%% end
%% unless milliseconds
  const age = Date.now() / 1000 - Number(<<instant>> || NaN);
%% end
  if (!(Math.abs(age) <= TOLERANCE_SECONDS)) throw new Refused(401, 'stale timestamp');
%% end
  if (transactionId === '') throw new Refused(400, 'no transaction id');
  const told = [<<completion>><<_user>><<_amount>>, values];
  if (told[0].startsWith('test-')) {
    console.log(`test\t${transactionId}`);
%% if reversal
  } else if (isReversal) {
    await once(`reverse\t${<<told_apart_by>>}`, () => reverse(...told));
%% end
  } else {
    await once(`credit\t${transactionId}`, () => credit(...told));
  }
  return [<<status>>, <<answer>>];
}

%% if address
/** The address that a callback comes from: the caller itself, or what a proxy on this machine passes on. */
function caller(request) {
  const peer = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const isProxy = peer === '::1' || peer.startsWith('127.');
  return isProxy ? (request.headers['x-forwarded-for'] ?? peer).split(',').at(-1).trim() : peer;
}

%% end
const server = http.createServer(async (request, response) => {
  let status;
  let answer;
  try {
    // What is announced as longer is not waited for.
    if (Number(request.headers['content-length'] ?? 0) > LONGEST_BODY) throw new Refused(413, 'too long');
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
      size += chunk.length;
      if (size <= LONGEST_BODY) chunks.push(chunk);
    }
    if (size > LONGEST_BODY) throw new Refused(413, 'too long');
    const body = Buffer.concat(chunks).toString('utf8');
%% if address
    const address = caller(request);
%% end
    [status, answer] = await receive(request.method, request.url, request.headers, body<<_address>>);
  } catch (error) {
    // Whatever fails here: the callback comes again.
    if (!(error instanceof Refused)) console.error('failed', error);
    [status, answer] = error instanceof Refused ? [error.status, error.message] : [500, 'failed'];
%% unless secret
    // A line that can be pasted into Ringback's doctor.
    if (error instanceof Refused) console.error('refused', status, answer, request.method, request.url);
%% end
  }
  const length = Buffer.byteLength(answer);
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': length }).end(answer);
});
server.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
