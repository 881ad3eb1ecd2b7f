"""The certificates of one lab: a CA, and what the API server, its proxy and virt-api show.

Saved with the state, for virt-api's webhooks in etcd name this CA.
"""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = datetime.timedelta(days=730)
# 10.0.2.2 is this machine as seen by a QEMU guest, where real nodes may run.
API_SERVER_NAMES = ("localhost", "kubernetes.default.svc", "127.0.0.1", "10.0.0.1", "10.0.2.2")
FRONT_PROXY = "front-proxy"


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def write(self, directory: Path, name: str) -> None:
        certificate = self.certificate.public_bytes(serialization.Encoding.PEM)
        (directory / f"{name}.crt").write_bytes(certificate)
        write_key(directory / f"{name}.key", self.key)


def write_all(directory: Path) -> None:
    """Makes every key and certificate of a lab, as PEM files in the directory."""
    directory.mkdir(mode=0o700, exist_ok=True)
    ca = authority()
    ca.write(directory, "ca")
    signed(ca, "kube-apiserver", API_SERVER_NAMES).write(directory, "kube-apiserver")
    signed(ca, FRONT_PROXY).write(directory, FRONT_PROXY)
    signed(ca, "virt-api", ("virt-api.kubevirt.svc",)).write(directory, "virt-api")
    # Shown by virt-controller's metrics, and by virt-api to nodes, which aren't there.
    signed(ca, "kubevirt", ("localhost", "127.0.0.1")).write(directory, "kubevirt")
    write_key(directory / "service-accounts.key", new_key())


def authority() -> Pair:
    key = new_key()
    subject = _name("harvester-net lab")
    basic = x509.BasicConstraints(ca=True, path_length=0)
    builder = _builder(subject, subject, key).add_extension(basic, critical=True)
    return Pair(builder.sign(key, hashes.SHA256()), key)


def signed(ca: Pair, name: str, alternatives: tuple[str, ...] = ()) -> Pair:
    """A certificate for servers (if it has alternative names) and for clients."""
    key = new_key()
    usage = [ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = _builder(_name(name), ca.certificate.subject, key)
    if alternatives:
        usage.append(ExtendedKeyUsageOID.SERVER_AUTH)
        names = x509.SubjectAlternativeName([_alternative(text) for text in alternatives])
        builder = builder.add_extension(names, critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    return Pair(builder.sign(ca.key, hashes.SHA256()), key)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    # SEC1, not PKCS8: the API server reads its service account key in this form only.
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    path.touch(mode=0o600)
    path.write_bytes(pem)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _alternative(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
