// An ayeT-Studios publisher's callback page, the vendor's steps in JavaScript. `URLSearchParams` leaves `*` as it is
// where PHP writes `%2A`, so this page refuses every value with a `*`.
'use strict';

const { keyed, serve, signedGet } = require('./receiver');

serve(({ req, url, query: values }) => {
  const { searchParams } = new URL(url);
  searchParams.sort();
  return signedGet({
    req,
    signature: req.headers['x-ayetstudios-security-hash'],
    text: () => searchParams.toString(),
    digest: keyed('sha256'),
    transactionId: values.tx,
    values,
  });
});
