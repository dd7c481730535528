// A GrowDeck publisher's callback page: the secret is the key and stands first in what is signed, and of the reward the
// whole part does, cut off as text: a number would round what has more than sixteen digits.
'use strict';

const { keyed, serve, signedGet } = require('./receiver');

const look = ({ req, query: { signature, ...values } }) => signedGet({
  req,
  signature,
  text: (secret) => [secret, values.user_id, values.reward?.split('.')[0], values.transaction_id].join('.'),
  digest: keyed('sha256'),
  transactionId: values.transaction_id,
  values,
});
serve(look);
