// A BitLabs publisher's callback page, after the vendor's sample: the URL as it came, up to `&hash=`.
'use strict';

const { keyed, serve, signedGet } = require('./receiver');

serve(({ req, url, query: { hash, ...values } }) => {
  const [signed, signature] = url.split('&hash=');
  return signedGet({ req, signature, text: () => signed, digest: keyed('sha1'), transactionId: values.tx, values });
});
