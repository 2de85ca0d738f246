"""Texts that people wrote, without what looks like a secret in them."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"

_NAMED: Final = re.compile(
    r"(?i)(\b[\w-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|credentials?)"
    r"\b[\"']?\s*[:=,]\s*)([^\s\"',{}\[\]]+|\"[^\"]*\"|'[^']*')"
)
_ADDRESSED: Final = re.compile(r"(://[^\s/:@]+:)[^\s/@]+(@)")


def without_secrets(text: str) -> str:
    """Return a text with stars for what stands behind a word such as `password`.

    Example:
        >>> without_secrets("password: hunter2, token: {env: APP_TOKEN}")
        'password: ***, token: {env: APP_TOKEN}'
        >>> without_secrets("ldap://admin:hunter2@example.org")
        'ldap://admin:***@example.org'
    """
    return _ADDRESSED.sub(rf"\1{HIDDEN}\2", _NAMED.sub(rf"\1{HIDDEN}", text))


def without_remarked_secrets(text: str) -> str:
    """Return the text of a file with stars for secrets in its remarks.

    Settings are left as they are: a secret among them is refused, and a reference is none.

    Example:
        >>> without_remarked_secrets("a: 1 # the token = abc")
        'a: 1 # the token = ***'
    """
    return "".join(map(_remark, text.splitlines(keepends=True)))


def _remark(line: str) -> str:
    setting, sign, remark = line.partition("#")
    return f"{setting}{sign}{without_secrets(remark)}"
