// A CPX Research publisher's callback page: a digest of the transaction and the secret.
'use strict';

const { plain, serve, signedGet } = require('./receiver');

const look = ({ req, query: { hash: signature, ...values } }) => signedGet({
  req,
  signature,
  text: (secret) => `${values.tx}-${secret}`,
  digest: plain('md5'),
  transactionId: values.tx,
  values,
});
serve(look, { accepted: '1' });
