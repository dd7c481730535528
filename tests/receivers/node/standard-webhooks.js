// A receiver of Standard Webhooks: the standard's own library for JavaScript verifies.
//
// Environment: SECRET (`whsec_` and base64), NOW_MS (a stopped clock, for vectors).
'use strict';

const { Webhook } = require('standardwebhooks');
const { secret, serve, told } = require('./receiver');

if (process.env.NOW_MS) Date.now = () => Number(process.env.NOW_MS);

const webhook = new Webhook(secret);

function whyNot(req, body) {
  if (req.method !== 'POST') return 'not a POST';
  try {
    webhook.verify(body, req.headers);
    return null;
  } catch (error) {
    return error.message;
  }
}

const look = ({ req, body }) => {
  const { 'webhook-id': eventId = null, 'webhook-timestamp': timestamp } = req.headers;
  return { why: whyNot(req, body), ...told(body), eventId, signedText: `${eventId}.${timestamp}.${body}` };
};
serve(look, { once: 'eventId' });
