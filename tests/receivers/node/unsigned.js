// A publisher's callback page of whom nothing is signed: what it was told is what its own parser decodes, and the only lock is
// a token that the publisher put into the URL. Like every receiver it takes a SECRET, and here that is the token.
//
// Environment: SECRET (the token, sent as `token`), ID (the name of the parameter with the transaction id; default: tx).
'use strict';

const { sameText, secret, serve } = require('./receiver');

const ID = process.env.ID || 'tx';

const look = ({ req, query: { token, ...values } }) => {
  const whyNot = () => {
    if (req.method !== 'GET') return 'not a GET';
    if (!token) return 'no token';
    return sameText(token, secret) ? null : 'another token';
  };
  return { why: whyNot(), transactionId: values[ID] ?? null, values };
};
serve(look);
