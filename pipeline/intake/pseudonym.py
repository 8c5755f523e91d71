"""Pseudonyms of patients: a keyed hash of the registry's own id, made at the door.

HMAC-SHA-256 (RFC 2104, FIPS 180-4). Without the key nobody can tell which patient a pseudonym stands for, nor find out
by trying every id there is; with it the same patient has the same pseudonym at every cut-off of a study.
"""

import hmac
from hashlib import sha256

from pipeline.errors import InputRefused, UsageError

FEWEST_CHARACTERS = 32
HEX_DIGITS = 24
HOW = "make one with: python -c 'import secrets; print(secrets.token_hex(32))', and keep it where no one else reads it"


class Pseudonyms:
    """The pseudonyms of one study under one key.

    key: the secret, of at least 32 characters; UsageError otherwise, which never shows it.
    """

    def __init__(self, key: str | None, study_id: str) -> None:
        self._key = refuse_weak_key(key).encode()
        self._study_id = study_id
        self._made: dict[str, str] = {}
        self._owner: dict[str, str] = {}

    def of(self, registry_id: str) -> str:
        """Pseudonym of an id: 24 hexadecimal digits, the same every time.

        InputRefused where two ids of the extract would share one.
        """
        known = self._made.get(registry_id)
        if known is not None:
            return known
        made = self._digest("id", registry_id)[:HEX_DIGITS]
        if self._owner.setdefault(made, registry_id) != registry_id:
            raise InputRefused("Two patients would have one pseudonym: use another key; nothing was written.")
        self._made[registry_id] = made
        return made

    @property
    def fingerprint(self) -> str:
        """What tells one key of the study from another without saying anything of it."""
        return self._digest("key", "")[:HEX_DIGITS]

    def _digest(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}\0{self._study_id}\0{text}".encode(), sha256).hexdigest()


def refuse_weak_key(key: str | None) -> str:
    """The key, or UsageError where there is none or it is too short to be a secret."""
    if key is None:
        raise UsageError(f"CARTWATCH_PSEUDONYM_KEY is not set, and patients' ids are hashed with it: {HOW}.")
    if len(key) < FEWEST_CHARACTERS:
        raise UsageError(f"CARTWATCH_PSEUDONYM_KEY has fewer than {FEWEST_CHARACTERS} characters: {HOW}.")
    return key
