"""How connections with TLS are made: whom to trust, and as whom."""

import ssl
from dataclasses import dataclass

from load.errors import LoadError


@dataclass(frozen=True)
class Tls:
    """Paths of files in PEM: authorities to trust beside those of the system (`cacert`), and a certificate of
    one's own with its `key`, which may be in the same file. With `insecure`, every certificate is trusted.
    """

    cacert: str = ""
    cert: str = ""
    key: str = ""
    insecure: bool = False

    def configure(self, context: ssl.SSLContext) -> None:
        """Make a context do so. Raises LoadError when a file cannot be used."""
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.cacert:
            try:
                context.load_verify_locations(self.cacert)
            except OSError as error:
                raise LoadError(f"--cacert {self.cacert}: {_reason(error, 'certificates')}") from None
        if self.cert:
            try:
                # Without a password, OpenSSL would ask for one at the terminal.
                context.load_cert_chain(self.cert, self.key or None, password="")
            except (OSError, ValueError) as error:
                files = f"--cert {self.cert}{f' --key {self.key}' if self.key else ''}"
                raise LoadError(f"{files}: {_reason(error, 'a certificate with its key')}") from None


# The authorities of the system, and no certificate of one's own.
SYSTEM_TLS = Tls()


def read_tls(cacert: str, cert: str, key: str, insecure: bool) -> Tls:
    """The options of connections with TLS. Raises LoadError when they cannot be used."""
    if key and not cert:
        raise LoadError("--key is the key of --cert; give that, too")
    if insecure and cacert:
        raise LoadError(
            "--insecure trusts every certificate, so --cacert has no effect; leave one of them out"
        )
    tls = Tls(cacert, cert, key, insecure)
    tls.configure(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    return tls


def _reason(error: Exception, wanted: str) -> str:
    """Why a file cannot be used: OpenSSL's own texts say little."""
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        return str(error.strerror).lower()
    return f"this is not {wanted} in PEM, without a password"
