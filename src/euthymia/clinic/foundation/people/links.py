"""The secret of a link: 160 random bits and an expiry, signed for one purpose.

What was not signed by this practice opens nothing and costs no query. The database keeps a hash alone, and may close
a link before its time.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

RANDOM_BYTES = 20
LINK_DAYS = {"intake": 30, "agreement": 30, "scores": 7}
"""How long a link of each purpose opens what it is for."""


def new_secret(purpose: str, now: datetime) -> str:
    """A secret that opens one thing until its expiry; safe in a URL."""
    expires_at = now + timedelta(days=LINK_DAYS[purpose])
    return _signer(purpose).sign(f"{secrets.token_urlsafe(RANDOM_BYTES)}.{int(expires_at.timestamp())}")


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
