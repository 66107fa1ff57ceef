"""Floor 5: HTTPS: with a certificate that is given, or with one of our own making.

A certificate of our own is made once for each data folder (and anew when it is about to end, or when the server is to
be reached under another name). It is its own authority, so clients trust that one file: `tailrace env` names it, and
functions are given it. The rejected alternative, an authority that signs certificates, would be a key that can speak
for every site to whoever trusts it.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tailrace.base.clock import SystemClock
from tailrace.base.config import Config

VALID_DAYS, RENEW_DAYS = 397, 30
HANDSHAKE_SECONDS = 10.0
CERTIFICATE_FILE, KEY_FILE = "tls-certificate.pem", "tls-key.pem"
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


class BadCertificate(Exception):
    """The certificate can't be served; the text says why."""


@dataclass(frozen=True, slots=True)
class Tls:
    """What HTTPS needs. `names` are the hosts that the certificate is good for; `authority` is the file that clients
    have to trust, None where the public knows who signed.
    """

    context: ssl.SSLContext
    names: tuple[str, ...]
    authority: Path | None

    def host(self, bound: str) -> str:
        """The name to reach a server by that listens on `bound`: that one if the certificate has it, else its own."""
        wanted = [bound, *LOCAL_NAMES, *(name for name in self.names if "*" not in name)]
        return next((name for name in wanted if name in self.names), bound)


def prepare(config: Config) -> Tls | None:
    """HTTPS as the settings say; None for plain HTTP. Raises BadCertificate."""
    if config.tls == "self":
        folder = config.folder or Path(tempfile.mkdtemp(prefix="tailrace-tls-"))
        certificate, key = folder / CERTIFICATE_FILE, folder / KEY_FILE
        names = tuple(dict.fromkeys((*LOCAL_NAMES, socket.gethostname(), *_host_names(config.host))))
        if not _serves(certificate, key, names):
            make(certificate, key, names)
        return _load(certificate, key, certificate)
    if config.tls_cert and config.tls_key:
        certificate = Path(config.tls_cert)
        return _load(certificate, Path(config.tls_key), Path(config.tls_ca) if config.tls_ca else None)
    return None


def make(certificate: Path, key: Path, names: tuple[str, ...]) -> None:
    """Write a new key (mode 0600) and its certificate for these hosts."""
    secret = ec.generate_private_key(ec.SECP256R1())
    public = secret.public_key()
    now = datetime.fromtimestamp(SystemClock().now(), UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tailrace")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
    )
    plain = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(key, plain, 0o600)
    _write(certificate, builder.sign(secret, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), 0o644)


def _load(certificate: Path, key: Path, authority: Path | None) -> Tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key)
        found = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        if authority is None and found.issuer == found.subject:
            authority = certificate
        if authority is not None:
            x509.load_pem_x509_certificates(authority.read_bytes())
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise BadCertificate(f"the certificate {certificate} can't be served: {error}") from error
    return Tls(context, _names(found), authority.resolve() if authority else None)


def _serves(certificate: Path, key: Path, names: tuple[str, ...]) -> bool:
    """Whether the kept certificate is good for a while yet, and for all these hosts."""
    if not (certificate.exists() and key.exists()):
        return False
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    left = found.not_valid_after_utc.timestamp() - SystemClock().now()
    return left > RENEW_DAYS * 86_400 and set(names) <= set(_names(found))


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return (*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress)))


def _host_names(host: str) -> tuple[str, ...]:
    return () if host in ("", "0.0.0.0", "::") else (host,)  # noqa: S104 - compared, not bound


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, data: bytes, mode: int) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
    draft.replace(path)
