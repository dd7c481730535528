//! What may have happened to a callback, each in one word that never changes, and what to do about it.

use crate::domain::words::words;

words! {
    /// What is found.
    Code {
        /// It verifies.
        Verifies = "verifies",
        /// It verifies, and tells a time that receivers may take for old.
        StaleTimestamp = "stale_timestamp",
        /// Other characters are percent-encoded, or a space is written otherwise.
        EncodedDifferently = "encoded_differently",
        /// Percent-encoded once more.
        EncodedTwice = "encoded_twice",
        /// `&amp;` in place of `&`.
        HtmlEscaped = "html_escaped",
        /// A plus sign became a space.
        PlusDecoded = "plus_decoded",
        /// Values were signed as they stand in the URL.
        SignedUndecoded = "signed_undecoded",
        /// A value was decoded, and its `&` separates parameters.
        ValueSplit = "value_split",
        /// The same number in another form.
        NumberReformatted = "number_reformatted",
        /// A value is another one.
        ValueChanged = "value_changed",
        /// A value is gone, its parameter is not.
        ValueEmptied = "value_emptied",
        /// A parameter that was sent empty is gone.
        EmptyDropped = "empty_value_dropped",
        /// A parameter is gone.
        ParameterDropped = "parameter_dropped",
        /// There is a parameter more.
        ParameterAdded = "parameter_added",
        /// A parameter has another name.
        ParameterRenamed = "parameter_renamed",
        /// Parameters stand in another order.
        Reordered = "parameters_reordered",
        /// A header has another name.
        HeaderRenamed = "header_renamed",
        /// A header's value is written otherwise.
        HeaderRewritten = "header_rewritten",
        /// Another scheme, host or port.
        OriginChanged = "origin_changed",
        /// A prefix of the path was added or cut off.
        PathPrefix = "path_prefix",
        /// A slash at the path's end was added or dropped.
        PathSlash = "path_slash",
        /// The path was decoded.
        PathDecoded = "path_decoded",
        /// Another path.
        PathChanged = "path_changed",
        /// The body was parsed and written again.
        BodyRewritten = "body_rewritten",
        /// White space around the body.
        BodyWhitespace = "body_whitespace",
        /// An empty body was signed.
        BodyEmpty = "body_empty",
        /// Another body.
        BodyChanged = "body_changed",
        /// Seconds in place of milliseconds, or the other way round.
        TimestampUnit = "timestamp_unit",
        /// The secret with a line break at its end.
        SecretLineBreak = "secret_line_break",
        /// The secret without its prefix.
        SecretPrefix = "secret_without_prefix",
        /// The secret in quotes.
        SecretQuoted = "secret_quoted",
        /// The secret decoded where it is not, or not decoded where it is.
        SecretDecoded = "secret_decoded",
        /// The signature in upper case.
        SignatureCase = "signature_case",
        /// The signature in another encoding of its bytes.
        SignatureEncoding = "signature_encoding",
        /// The signature is not the one that was sent.
        SignatureChanged = "signature_changed",
        /// The signature is a part of the one that was sent.
        SignatureCut = "signature_cut",
        /// A test whose signature was to be wrong.
        WrongTest = "wrong_test",
        /// Signed with none of the known secrets.
        AnotherSecret = "another_secret",
        /// There is no secret to check it with.
        NoSecret = "no_secret",
        /// There is no signature in it.
        NoSignature = "no_signature",
        /// The dialect signs nothing.
        NothingSigned = "nothing_signed",
        /// Something that is signed is not there, or stands there twice.
        Incomplete = "incomplete",
        /// Another method.
        MethodChanged = "method_changed",
    }
}

impl Code {
    /// What to do, in a sentence or two.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Verifies => {
                "What your server received is what was signed. If it refuses this, compare the text that it signs with \
                 the one that we signed, byte by byte, and its secret with the one that was shown: whole, with its prefix, without a \
                 line break, not decoded."
            }
            Self::StaleTimestamp => {
                "If your server refuses it, its check of the time does: let it take retries, or have each attempt tell its \
                 own time."
            }
            Self::EncodedDifferently => {
                "Sign the query exactly as it was received (in PHP $_SERVER['QUERY_STRING'], in Node req.originalUrl), or \
                 encode the decoded values as the finding says."
            }
            Self::EncodedTwice => {
                "Decode once before you check, or take the URL before the layer that encodes it again."
            }
            Self::HtmlEscaped => {
                "Take the URL before it is escaped for a page; where the template holds `&amp;`, save it with `&`."
            }
            Self::PlusDecoded => "Decode the query only once, or use its raw text.",
            Self::SignedUndecoded => "Decode the values before you put them into the text that is signed.",
            Self::ValueSplit => "Split the query at `&` before you decode its values.",
            Self::NumberReformatted => "Keep numbers as the text that was received; do not parse and print them.",
            Self::ValueChanged => {
                "Find what rewrites this value before the signature is checked: a proxy, a firewall or a filter."
            }
            Self::ValueEmptied | Self::EmptyDropped => {
                "Keep empty values as empty text: frameworks commonly turn them to null or drop them. Use the raw query."
            }
            Self::ParameterDropped => "Find what drops this parameter, or sign the raw query.",
            Self::ParameterAdded => "Sign only what was sent: leave out what your routing or a proxy adds.",
            Self::ParameterRenamed => {
                "Take the parameters under the names that they are sent with, or sign the raw query."
            }
            Self::HeaderRenamed | Self::HeaderRewritten => {
                "Find what rewrites headers on the way: a proxy, a gateway, or a framework that gives them names of its own. Take \
                 the header as it is sent."
            }
            Self::Reordered => "Sign the raw query, in the order in which it was received.",
            Self::OriginChanged => {
                "Rebuild the URL with the public scheme and host (X-Forwarded-Proto, X-Forwarded-Host), or set signedOrigin to \
                 what your server sees."
            }
            Self::PathPrefix | Self::PathSlash | Self::PathDecoded | Self::PathChanged => {
                "Rebuild the URL with the path that is saved as callback URL, or save the one that your server sees."
            }
            Self::BodyRewritten | Self::BodyWhitespace | Self::BodyEmpty | Self::BodyChanged => {
                "Check the raw bytes of the body before anything reads or parses it (in Express express.raw, in PHP \
                 php://input)."
            }
            Self::TimestampUnit => "Sign the timestamp's text as it is sent, without converting it.",
            Self::SecretLineBreak => "Store the secret without the line break at its end.",
            Self::SecretQuoted => "Store the secret without quotes.",
            Self::SecretPrefix => "Use the whole secret, with its prefix.",
            Self::SecretDecoded => "Make the key of the secret as the finding says.",
            Self::SignatureCase | Self::SignatureEncoding => "Compare the signature in the form in which it is sent.",
            Self::SignatureChanged => {
                "Find what rewrites the signature on its way: a proxy, a log or a column that is too short."
            }
            Self::SignatureCut => {
                "Paste all of it. If your server has no more, find what cuts it off: a column or a variable that is too \
                 short, a line of a log that ends there."
            }
            Self::WrongTest => {
                "If your server refused it, it checks signatures as it is to. If it answered with success, it credits whoever \
                 knows the URL: have it compare the signature before it does anything else."
            }
            Self::AnotherSecret => {
                "Compare the secret of your server with the one that was shown, or add a new one. If the secret is right, \
                 compare the text that we signed with the one that your server signs, byte by byte."
            }
            Self::NoSecret => "Add a secret.",
            Self::NoSignature => "Look for what drops it on the way, and give the request with its query and headers.",
            Self::NothingSigned => "Let in only the addresses that callbacks come from.",
            Self::Incomplete => {
                "Look for what drops or doubles it on the way, and give the request as it was received."
            }
            Self::MethodChanged => "Take callbacks with the method that the dialect sends.",
        }
    }
}

/// What is wrong, in a word and in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) code: Code,
    pub(super) words: String,
}

impl Mistake {
    /// Whether it is about where the request went: what happens to most requests on the way, and is told last.
    pub(super) fn is_of_place(&self) -> bool {
        matches!(
            self.code,
            Code::OriginChanged | Code::PathPrefix | Code::PathSlash | Code::PathDecoded | Code::PathChanged
        )
    }

    /// Whether a value is the same one, written otherwise.
    pub(super) fn is_of_form(&self) -> bool {
        matches!(self.code, Code::EncodedDifferently | Code::NumberReformatted)
    }

    pub(super) fn new(code: Code, words: impl Into<String>) -> Self {
        Self { code, words: words.into() }
    }
}
