//! Whom certificates are believed from.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, TrustAnchor};
use std::sync::Arc;

/// Authorities of certificates: the public ones, or those of a file.
#[derive(Clone)]
pub struct Authorities(Arc<Vec<TrustAnchor<'static>>>);

impl std::fmt::Debug for Authorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} authorities", self.0.len())
    }
}

impl Authorities {
    /// The public ones that are built in.
    pub fn public() -> Self {
        Self(Arc::new(webpki_roots::TLS_SERVER_ROOTS.to_vec()))
    }

    /// Those whose certificates stand in this text, one below the other.
    ///
    /// # Errors
    /// There is none, or one cannot be read.
    pub fn of_pem(pem: &[u8]) -> Result<Self, String> {
        let mut anchors = Vec::new();
        for read in CertificateDer::pem_slice_iter(pem) {
            let certificate = read.map_err(|error| format!("it is no PEM: {error:?}"))?;
            let anchor = webpki::anchor_from_trusted_cert(&certificate)
                .map_err(|error| format!("a certificate in it cannot be used: {error:?}"))?;
            anchors.push(anchor.to_owned());
        }
        if anchors.is_empty() {
            Err("it holds no certificate".to_owned())
        } else {
            Ok(Self(Arc::new(anchors)))
        }
    }

    pub(super) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.0
    }

    /// TLS as a client that believes these and the public ones.
    pub(super) fn client(&self) -> Result<rustls::ClientConfig, rustls::Error> {
        super::super::tls::client_with(&self.0)
    }
}
