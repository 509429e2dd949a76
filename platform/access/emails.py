"""Mail addresses as identities: one person, one key."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from formloom.platform.kernel.errors import Finding, Invalid


def clean_email(text: str) -> str:
    """Return the address as it is written to. Raises Invalid with a finding for `email`."""
    try:
        checked = validate_email(text.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as exc:
        message = {"zh-CN": "请输入有效的邮箱地址", "en": "Enter a valid address"}
        raise Invalid(findings=[Finding("email_invalid", message, field="email")]) from exc
    return checked.normalized


def email_key(text: str) -> str:
    """Return what two spellings of one address have in common; never fails, since anybody may send anything."""
    return unicodedata.normalize("NFKC", text.strip()).casefold()[:254]
