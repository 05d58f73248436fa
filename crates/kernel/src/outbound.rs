//! Where the platform may connect to when an administrator types an address: public networks, and those the operator names. And
//! whose certificates it trusts there besides those of the web.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use serde::Deserialize;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// A network, such as `10.20.0.0/16`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Network, String> {
        let wrong = || format!("'{text}' is no network such as 10.20.0.0/16");
        let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(a, b)| (a, Some(b)));
        let first: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if bits > most { Err(wrong()) } else { Ok(Network { first, bits }) }
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let kept = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                u32::from(first) & kept == u32::from(address) & kept
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let kept = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                u128::from(first) & kept == u128::from(address) & kept
            }
            _ => false,
        }
    }
}

/// The certificates of an authority, as its PEM file holds them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "PathBuf")]
pub struct Authority(pub Vec<CertificateDer<'static>>);

impl TryFrom<PathBuf> for Authority {
    type Error = String;

    fn try_from(path: PathBuf) -> Result<Authority, String> {
        let named = || format!("outbound.ca_files: {}", path.display());
        let pem = std::fs::read(&path).map_err(|error| format!("{} cannot be read: {error}", named()))?;
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
            .collect::<Result<_, _>>()
            .map_err(|error| format!("{} is no PEM file: {error}", named()))?;
        if certificates.is_empty() {
            return Err(format!("{} holds no certificate (-----BEGIN CERTIFICATE-----)", named()));
        }
        let mut store = RootCertStore::empty();
        for (n, certificate) in certificates.iter().enumerate() {
            store
                .add(certificate.clone())
                .map_err(|error| format!("{}: certificate {} of it cannot be trusted: {error}", named(), n + 1))?;
        }
        Ok(Authority(certificates))
    }
}

/// Whether the platform may connect to an address: a public one, or one of a network that the operator allows.
pub fn may_reach(allowed: &[Network], address: IpAddr) -> bool {
    let address = address.to_canonical();
    is_public(address) || allowed.iter().any(|network| network.contains(address))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// By the registry of special addresses (RFC 6890).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
        || a >= 224)
}

/// Only global unicast; not what wraps an IPv4 address, nor documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    a & 0xe000 == 0x2000 && a != 0x2002 && !(a == 0x2001 && (b < 0x0200 || b == 0x0db8))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn what_is_not_public_is_reached_only_where_the_operator_says_so() {
        let inside = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.1.2.3",
            "64:ff9b::a01:203",
            "2002:a01:203::1",
        ];
        for address in inside {
            assert!(!may_reach(&[], address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "59.215.1.1", "2400:3200::1", "::ffff:1.1.1.1"] {
            assert!(may_reach(&[], address.parse().unwrap()), "{address}");
        }
        let allowed = [network("10.1.0.0/16"), network("fd00::/8"), network("127.0.0.1")];
        for (address, may) in [
            ("10.1.9.9", true),
            ("10.2.0.1", false),
            ("::ffff:10.1.2.3", true),
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("fd12::1", true),
            ("fe80::1", false),
        ] {
            assert_eq!(may_reach(&allowed, address.parse().unwrap()), may, "{address}");
        }
        assert!(may_reach(&[network("0.0.0.0/0")], "10.2.0.1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.1", "10.1.0.0/33", "fd00::/129", "10.0.0.0/x", "example.org"] {
            assert!(Network::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
