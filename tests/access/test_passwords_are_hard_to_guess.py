"""What is accepted as a password, and that one can't be read back."""

import pytest

from formloom.platform.access import passwords
from formloom.platform.access.errors import PasswordTooWeak


@pytest.mark.parametrize(
    "password",
    [
        "Password2024!", "admin@admin123", "1qaz2wsx3edc", "qwertyuiop12", "aaaaaaaaaaaa", "1234567890",
        "woaini1314520",
        "Formloom2026", "P@ssw0rd1234", "abcabcabcabc", "13800138000", "zhangwei1990", "letmein!!!!!", "iloveyou1314",
    ],
)  # fmt: skip
def test_a_common_word_with_a_year_or_a_sign_is_refused(password: str) -> None:
    assert [found.code for found in passwords.weaknesses(password)] == ["password_common"]


@pytest.mark.parametrize(
    "password", ["correct horse battery", "mx7-tulip-Garage", "wQ9!kd02mmZ", "蓝色的鲸鱼在唱歌啊呀",
        "sun river 42 coat", "x" * 3 + "7kfpq!" * 10]
)  # fmt: skip
def test_words_of_ones_own_are_accepted_whatever_their_characters(password: str) -> None:
    assert passwords.weaknesses(password) == ()


def test_nine_characters_are_too_few_and_long_ones_are_welcome() -> None:
    assert passwords.weaknesses("kT9!zq%4f")[0].code == "password_short"
    assert passwords.weaknesses("kT9!zq%4fb") == ()
    assert passwords.weaknesses("weave a very long sentence here " * 6) == ()


def test_a_password_made_of_the_persons_name_or_address_is_refused() -> None:
    personal = ("rosalind.weaver@example.com", "Rosalind Weaver")
    assert passwords.weaknesses("rosalind.weaver1", personal=personal)[0].code == "password_personal"
    assert passwords.weaknesses("Rosalind99!!", personal=personal)[0].code == "password_personal"
    assert passwords.weaknesses("rosalind likes warm tea", personal=personal) == ()


def test_a_weak_password_is_never_hashed() -> None:
    with pytest.raises(PasswordTooWeak) as refused:
        passwords.hash_new("Password2024!")
    assert refused.value.findings[0].field == "password"


def test_the_hash_is_argon2id_with_our_parameters_and_verifies_only_its_password() -> None:
    stored = passwords.hash_new("mx7-tulip-Garage")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify(stored, "mx7-tulip-Garage")
    assert not passwords.verify(stored, "mx7-tulip-garage")
    assert not passwords.is_outdated(stored)


def test_the_same_letters_in_another_unicode_form_are_the_same_password() -> None:
    stored = passwords.hash_new("ｍｘ７-tulip-Garage")
    assert passwords.verify(stored, "mx7-tulip-Garage")


def test_nobody_has_no_password_that_fits() -> None:
    assert not passwords.verify(None, "")
    assert not passwords.verify(None, "mx7-tulip-Garage")
    assert not passwords.verify(passwords.PasswordHash("broken"), "mx7-tulip-Garage")


def test_hashes_with_weaker_parameters_are_noticed() -> None:
    assert passwords.is_outdated(passwords.PasswordHash("$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21l$" + "a" * 43))
