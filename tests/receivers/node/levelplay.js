// A Unity LevelPlay publisher's callback page: a digest of timestamp, event, user, rewards and the private key. It
// acknowledges by the id of the event.
'use strict';

const { plain, serve, signedGet } = require('./receiver');

const look = ({ req, query: { signature, ...values } }) => signedGet({
  req,
  signature,
  text: (secret) => [values.timestamp, values.eventId, values.userid, values.rewards, secret].join(''),
  digest: plain('md5'),
  transactionId: values.eventId,
  values,
});
serve(look, { accepted: ({ transactionId }) => `${transactionId}:OK` });
