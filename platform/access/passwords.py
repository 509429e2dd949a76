"""Passwords: what is accepted, and how one is kept.

Hashing takes tens of milliseconds of a whole core on purpose, so it happens outside any unit of work: use cases
take a `PasswordHash`, never the words themselves.
"""

import re
import unicodedata
from typing import NewType

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from formloom.platform.access.common_passwords import RUNS, STEMS
from formloom.platform.access.errors import PasswordTooWeak
from formloom.platform.kernel.errors import Finding

PasswordHash = NewType("PasswordHash", str)

MIN_LENGTH = 10
MAX_LENGTH = 200
SHARED_MIN_LENGTH = 6

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
"""The floor that OWASP names; the library's own default took 0.66 s on the smallest machine we serve."""

_NOBODY = PasswordHash(
    "$argon2id$v=19$m=19456,t=2,p=1$UwDJ6IT/Hpp9Y0f82CBruQ$j8jAUgcCtkbRbOoDuQAeVLLXdLpFN+RNfx2RIlvVOms"
)
"""Fits no password; verified when there is nobody, so that the answer takes as long."""

_LEET = str.maketrans("013457@$!", "oleastasi")


def hash_new(password: str, *, personal: tuple[str, ...] = ()) -> PasswordHash:
    """Return the hash of a newly chosen password. Slow: never call it inside a unit of work.

    `personal` are words that belong to the person (address, name) and are no secret.
    Raises PasswordTooWeak with one finding per reason.
    """
    if found := weaknesses(password, personal=personal):
        raise PasswordTooWeak(findings=found)
    return PasswordHash(_hasher.hash(_normal(password)))


def hash_shared(password: str) -> PasswordHash:
    """Return the hash of a password that many people are told, as the one of a public link. Slow, as `hash_new`.

    It opens one form and nothing else, so only its length is judged; who guesses is slowed down by the caller.
    Raises PasswordTooWeak.
    """
    if len(password) < SHARED_MIN_LENGTH:
        words = ("至少需要 {min} 个字符", "Use at least {min} characters")
        raise PasswordTooWeak(findings=[_finding("password_short", *words, min=SHARED_MIN_LENGTH)])
    return PasswordHash(_hasher.hash(_normal(password)))


def verify(stored: PasswordHash | None, password: str) -> bool:
    """Tell whether `password` fits. Slow, and as slow when `stored` is None: nobody learns who exists."""
    words = password if len(password) <= MAX_LENGTH else ""
    try:
        _hasher.verify(stored or _NOBODY, _normal(words))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: PasswordHash) -> bool:
    """Tell whether `stored` was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def rehash(password: str) -> PasswordHash:
    """Return a hash with today's parameters of a password that was just verified."""
    return PasswordHash(_hasher.hash(_normal(password)))


def weaknesses(password: str, *, personal: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Return why `password` is refused; empty when it is accepted. Any characters are allowed, none is demanded."""
    if len(password) < MIN_LENGTH:
        return (_finding("password_short", "至少需要 {min} 个字符", "Use at least {min} characters", min=MIN_LENGTH),)
    if len(password) > MAX_LENGTH:
        return (_finding("password_long", "最多 {max} 个字符", "Use at most {max} characters", max=MAX_LENGTH),)
    plain = _normal(password).casefold()
    if _is_common(plain):
        return (_finding("password_common", "这个密码太常见，容易被猜到", "This is among the first that are tried"),)
    if _is_personal(plain, personal):
        return (_finding("password_personal", "密码不能由姓名或邮箱组成", "Don't make it from your name or address"),)
    return ()


def _is_common(plain: str) -> bool:
    if len(set(plain)) < 4 or _is_walk(plain) or _is_repeated(plain):
        return True
    core = plain.rstrip("0123456789!@#$%^&*._-+=?")
    return _is_lengthened_stem(plain) or (bool(core) and _is_lengthened_stem(core.translate(_LEET)))


def _is_lengthened_stem(reading: str) -> bool:
    """Tell whether nothing but common words, digits and signs remain: `Password2024!`, `admin@admin123`."""
    words = re.findall(r"[a-z]+", reading)
    if not reading.isascii() or (not words and len(reading) >= 16):
        return False
    return sum(_letters_of_its_own(word) for word in words) <= 2


def _letters_of_its_own(word: str) -> int:
    """Count the letters that are left when common words are cut out of `word` as well as possible."""
    cost = [0, *([len(word)] * len(word))]
    for end in range(1, len(word) + 1):
        cost[end] = cost[end - 1] + 1
        for start in range(end):
            if word[start:end] in STEMS:
                cost[end] = min(cost[end], cost[start])
    return cost[-1]


def _is_walk(plain: str) -> bool:
    """Tell whether it is put together from a few walks over the keyboard."""
    pieces, at = 0, 0
    while at < len(plain):
        at += max(_walk_from(plain, at), 1)
        pieces += 1
    return pieces <= max(2, len(plain) // 5)


def _walk_from(plain: str, at: int) -> int:
    length = 1
    while at + length < len(plain) and any(plain[at : at + length + 1] in run for run in RUNS):
        length += 1
    return length


def _is_repeated(plain: str) -> bool:
    sizes = range(1, min(5, len(plain) // 2) + 1)
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in sizes)


def _is_personal(plain: str, personal: tuple[str, ...]) -> bool:
    letters = re.sub(r"[\W\d_]+", "", plain)
    for text in personal:
        for word in {text.casefold(), *re.split(r"[\W\d_]+", text.casefold())}:
            bare = re.sub(r"[\W\d_]+", "", word)
            if len(bare) >= 3 and (letters == bare or (plain.startswith(word) and len(plain) - len(word) <= 4)):
                return True
    return False


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _finding(code: str, chinese: str, english: str, **params: object) -> Finding:
    return Finding(code=code, message={"zh-CN": chinese, "en": english}, field="password", params=params)
