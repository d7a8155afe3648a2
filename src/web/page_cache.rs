//! A body that is the same for everybody: compressed once, when the first asks for it so, and served without touching
//! the database.

use actix_web::http::header::{self, ContentEncoding, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest as _, Sha256};
use std::io::Write as _;
use std::sync::{Arc, OnceLock};

/// Brotli's window, log2 of bytes: larger than any page.
const BROTLI_WINDOW: u32 = 20;
/// Slow and small: each page is compressed once.
const BROTLI_QUALITY: u32 = 9;

const BY_CODING: HeaderValue = HeaderValue::from_static("accept-encoding");

/// A finished body with its compressed forms.
#[derive(Debug, Clone)]
pub(super) struct CachedPage {
    media_type: HeaderValue,
    digest: String,
    etag: HeaderValue,
    plain: Bytes,
    compressed: Arc<Compressed>,
}

/// Each form is made by whoever first takes it: a start does not wait for pages that nobody may read.
#[derive(Debug, Default)]
struct Compressed {
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

/// The forms a body can be sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Plain,
    Gzip,
    Brotli,
}

impl CachedPage {
    pub(super) fn new(body: impl Into<Bytes>, media_type: &'static str) -> Self {
        let plain = body.into();
        let digest: String = hex::encode(Sha256::digest(&plain)).chars().take(16).collect();
        let etag =
            HeaderValue::from_str(&format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"0\""));
        Self {
            media_type: HeaderValue::from_static(media_type),
            etag,
            digest,
            plain,
            compressed: Arc::default(),
        }
    }

    /// A body that is small already: it is sent in no other form.
    pub(super) fn as_it_is(body: impl Into<Bytes>, media_type: &'static str) -> Self {
        let none = || OnceLock::from(Bytes::new());
        let compressed = Arc::new(Compressed { gzip: none(), brotli: none() });
        Self { compressed, ..Self::new(body, media_type) }
    }

    /// Sixteen characters that change with the content.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// The answer to a request: 304 if the client has it, else the smallest form it takes.
    pub(super) fn answer(&self, request: &HttpRequest, caching: HeaderValue) -> HttpResponse {
        let known = is_known(request, &self.etag);
        let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        answer
            .insert_header((header::ETAG, self.etag.clone()))
            .insert_header((header::CACHE_CONTROL, caching))
            .insert_header((header::VARY, BY_CODING));
        if known {
            return answer.finish();
        }
        answer.insert_header((header::CONTENT_TYPE, self.media_type.clone()));
        let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        let (body, coding) = self.form(best_coding(accepted.unwrap_or_default()));
        if let Some(coding) = coding {
            answer.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(coding.as_str())));
        }
        answer.body(body.clone())
    }

    /// The body in a coding; the plain one, should a coding fail.
    fn form(&self, coding: Coding) -> (&Bytes, Option<ContentEncoding>) {
        let Compressed { gzip, brotli } = &*self.compressed;
        let (body, name) = match coding {
            Coding::Plain => return (&self.plain, None),
            Coding::Gzip => {
                (gzip.get_or_init(|| gzipped(&self.plain).unwrap_or_default()), ContentEncoding::Gzip)
            }
            Coding::Brotli => {
                (brotli.get_or_init(|| brotlied(&self.plain).unwrap_or_default()), ContentEncoding::Brotli)
            }
        };
        if body.is_empty() { (&self.plain, None) } else { (body, Some(name)) }
    }
}

/// Whether the client has what is called so already. A weak comparison, as the standard wants it for `If-None-Match`.
pub(super) fn is_known(request: &HttpRequest, etag: &HeaderValue) -> bool {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|tags| {
        tags.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == "*" || etag == tag)
    })
}

/// The best coding that the client takes; `q=0` means that it does not.
fn best_coding(accepted: &str) -> Coding {
    let takes = |wanted: &str| {
        accepted.split(',').any(|part| {
            let (coding, parameters) = part.split_once(';').unwrap_or((part, ""));
            coding.trim().eq_ignore_ascii_case(wanted) && !is_refusal(parameters)
        })
    };
    if takes("br") {
        Coding::Brotli
    } else if takes("gzip") {
        Coding::Gzip
    } else {
        Coding::Plain
    }
}

fn is_refusal(parameters: &str) -> bool {
    let weight = parameters.trim().strip_prefix("q=").unwrap_or("1").trim();
    weight.starts_with('0') && weight.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

fn gzipped(plain: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?.into())
}

fn brotlied(plain: &[u8]) -> std::io::Result<Bytes> {
    let mut out = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut out, 4096, BROTLI_QUALITY, BROTLI_WINDOW);
    encoder.write_all(plain)?;
    drop(encoder);
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_form_that_the_client_takes_is_chosen() {
        assert_eq!(best_coding("gzip, deflate, br, zstd"), Coding::Brotli);
        assert_eq!(best_coding("gzip;q=1.0, br;q=0"), Coding::Gzip);
        assert_eq!(best_coding("br;q=0.0, gzip;q=0"), Coding::Plain);
        assert_eq!(best_coding("identity"), Coding::Plain);
        assert_eq!(best_coding(""), Coding::Plain);
    }
}
