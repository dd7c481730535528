// An adjoe publisher's callback page, under the vendor's default names: a digest of six values and the secret. What is
// not told is nothing in it.
'use strict';

const { plain, serve, signedGet } = require('./receiver');

const SIGNED = ['trans_uuid', 'user_uuid', 'currency', 'coin_amount', 'device_id', 'sdk_app_id'];

const look = ({ req, query: { sid: signature, ...values } }) => signedGet({
  req,
  signature,
  text: (secret) => [...SIGNED.map((name) => values[name] ?? ''), secret].join(''),
  digest: plain('sha1'),
  transactionId: values.trans_uuid,
  values,
});
serve(look);
