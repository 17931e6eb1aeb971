"""The secret of a link: 160 random bits and an expiry, signed for one purpose.

What was not signed by this practice opens nothing and costs no query. The database keeps a hash alone, and may close
a link before its time.
"""

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac

RANDOM_BYTES = 20
LINK_DAYS = {"intake": 30, "agreement": 30, "scores": 7, "help": 1, "before": 3, "after": 14}
"""How long a link of each purpose opens what it is for."""


def new_secret(purpose: str, now: datetime) -> str:
    """A secret that opens one thing until its expiry; safe in a URL."""
    expires_at = now + timedelta(days=LINK_DAYS[purpose])
    return _signer(purpose).sign(f"{secrets.token_urlsafe(RANDOM_BYTES)}.{int(expires_at.timestamp())}")


def known_secret(purpose: str, expires_at: datetime, about: str) -> str:
    """The one secret for something until its expiry, for a page that must be able to show it again.

    Its random part is derived from what it is about by the practice's own key, and is kept nowhere.
    """
    derived = salted_hmac(f"euthymia link: {purpose}", about, algorithm="sha256").digest()[:RANDOM_BYTES]
    random = base64.urlsafe_b64encode(derived).rstrip(b"=").decode()
    return _signer(purpose).sign(f"{random}.{int(expires_at.timestamp())}")


def expiry_of(secret: str, purpose: str) -> datetime | None:
    """Until when this secret was signed for this purpose; None where it was not."""
    try:
        signed = _signer(purpose).unsign(secret)
    except BadSignature:
        return None
    return datetime.fromtimestamp(int(signed.rpartition(".")[2]), UTC)


def secret_hash(secret: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _signer(purpose: str) -> Signer:
    return Signer(sep=".", salt=f"euthymia link: {purpose}")
