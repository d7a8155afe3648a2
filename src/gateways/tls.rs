//! TLS as a client, for everything that goes out.

use rustls::pki_types::TrustAnchor;
use std::sync::Arc;

/// By the same library as mail's, trusting the public authorities that are built in.
pub(super) fn client() -> Result<rustls::ClientConfig, rustls::Error> {
    client_with(&[])
}

/// The same, trusting these too.
pub(super) fn client_with(more: &[TrustAnchor<'static>]) -> Result<rustls::ClientConfig, rustls::Error> {
    let roots = webpki_roots::TLS_SERVER_ROOTS.iter().chain(more).cloned().collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(rustls::RootCertStore { roots }).with_no_client_auth())
}
