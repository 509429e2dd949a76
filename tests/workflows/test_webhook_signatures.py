"""What we send can be proved by the Standard Webhooks scheme, and what we receive is checked by it."""

from datetime import UTC, datetime, timedelta

from formloom.workflows.channels.signing import derived_secret, is_signed, new_secret, sign

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SPEC_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SPEC_BODY = b'{"test": 2432232314}'


def test_the_example_of_the_specification_gives_its_signature() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign(SPEC_SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, SPEC_BODY)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signed_message_is_accepted_and_a_changed_one_is_not() -> None:
    secret = new_secret()
    headers = sign(secret, "m1", NOW, b"{}")
    assert is_signed(secret, headers, b"{}", NOW + timedelta(minutes=4))
    assert not is_signed(secret, headers, b"{ }", NOW)
    assert not is_signed(secret, {**headers, "webhook-id": "m2"}, b"{}", NOW)
    assert not is_signed(new_secret(), headers, b"{}", NOW)
    assert not is_signed(secret, headers, b"{}", NOW + timedelta(minutes=6))
    assert not is_signed(secret, headers, b"{}", NOW - timedelta(minutes=6))
    assert not is_signed(secret, {}, b"{}", NOW)


def test_one_of_several_signatures_is_enough() -> None:
    secret = new_secret()
    headers = sign(secret, "m1", NOW, b"{}")
    headers["webhook-signature"] = "v1,AAAA " + headers["webhook-signature"]
    assert is_signed(secret, headers, b"{}", NOW)


def test_a_derived_secret_is_stable_and_its_own_per_purpose() -> None:
    assert derived_secret("k", "flow:1") == derived_secret("k", "flow:1")
    assert derived_secret("k", "flow:1") != derived_secret("k", "flow:2")
