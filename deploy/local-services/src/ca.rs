//! An authority of our own, and a certificate for this machine's loopback.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use crate::Error;

/// A certificate authority that knows one server.
#[derive(Debug, Clone)]
pub struct Ca {
    authority: String,
    server: String,
    server_key: String,
}

impl Ca {
    /// Makes the authority and a certificate for `localhost` and 127.0.0.1.
    pub fn generate() -> Result<Self, Error> {
        Self::generate_for(&["localhost", "127.0.0.1"])
    }

    /// The same for a server of other names and addresses.
    pub fn generate_for(names: &[&str]) -> Result<Self, Error> {
        let mut authority = parameters(Vec::new(), "Chancery local authority")?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let ca_pem = authority.self_signed(&key)?.pem();
        let issuer = Issuer::new(authority, key);

        let names = names.iter().map(|&name| name.to_owned()).collect();
        let mut server = parameters(names, "localhost")?;
        server.use_authority_key_identifier_extension = true;
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let server_key = KeyPair::generate()?;
        let server_pem = server.signed_by(&server_key, &issuer)?.pem();
        Ok(Self { authority: ca_pem, server: server_pem, server_key: server_key.serialize_pem() })
    }

    /// The authority's certificate: what a client trusts.
    pub fn ca_pem(&self) -> &str {
        &self.authority
    }

    /// The server's certificate.
    pub fn server_pem(&self) -> &str {
        &self.server
    }

    /// The server's private key.
    pub fn server_key_pem(&self) -> &str {
        &self.server_key
    }
}

fn parameters(names: Vec<String>, common_name: &str) -> Result<CertificateParams, Error> {
    let mut parameters = CertificateParams::new(names)?;
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    parameters.not_before = date_time_ymd(2025, 1, 1);
    parameters.not_after = date_time_ymd(2049, 12, 31);
    Ok(parameters)
}
