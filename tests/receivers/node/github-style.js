// A receiver of events in GitHub's manner: GitHub's own library for Node verifies. Nothing says how old a request is, and
// the delivery's id is not signed, so that what is repeated is known by the transaction id of the body alone.
'use strict';

const { secret, serve, told } = require('./receiver');

async function whyNot(req, header, body) {
  if (req.method !== 'POST') return 'not a POST';
  if (!header) return 'no header X-Hub-Signature-256';
  // The library is an ES module, which Node 18 cannot `require`.
  const { verify } = await import('@octokit/webhooks-methods');
  try {
    return (await verify(secret, body.toString(), header)) ? null : 'the signature does not match';
  } catch (error) {
    return error.message;
  }
}

const look = async ({ req, body }) => {
  const { 'x-github-delivery': deliveryId = null, 'x-github-event': event = null } = req.headers;
  const why = await whyNot(req, req.headers['x-hub-signature-256'], body);
  return { why, ...told(body), eventId: deliveryId, event, signedText: body.toString() };
};
serve(look, { once: 'transactionId' });
