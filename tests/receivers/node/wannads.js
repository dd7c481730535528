// A Wannads publisher's callback page: a digest of user, transaction, reward and secret without anything between them.
// What it has credited before is answered with `DUP`.
'use strict';

const { plain, serve, signedGet } = require('./receiver');

const look = ({ req, query: { signature, ...values } }) => signedGet({
  req,
  signature,
  text: (secret) => [values.subId, values.transId, values.reward, secret].join(''),
  digest: plain('md5'),
  transactionId: values.transId,
  values,
});
serve(look, { once: 'transactionId', repeated: 'DUP' });
