// A Monlix publisher's callback page: nothing is signed, and the secret that travels is compared.
'use strict';

const { sameText, secret, serve } = require('./receiver');

const look = ({ req, query: { k, ...values } }) => {
  const whyNot = () => {
    if (req.method !== 'GET') return 'not a GET';
    if (!k) return 'no secret';
    return sameText(k, secret) ? null : 'the secret does not match';
  };
  return { why: whyNot(), transactionId: values.t ?? null, values };
};
serve(look);
