// A TimeWall publisher's callback page: a digest of user, revenue and secret. The revenue is hashed as the text that
// came: as a number, 1.50 would become 1.5.
'use strict';

const { plain, serve, signedGet } = require('./receiver');

const look = ({ req, query: { hash: signature, ...values } }) => signedGet({
  req,
  signature,
  text: (secret) => [values.userID, values.revenue, secret].join(''),
  digest: plain('sha256'),
  transactionId: values.transactionID,
  values,
});
serve(look);
