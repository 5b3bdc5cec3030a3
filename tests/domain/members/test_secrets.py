import re

import pytest

from domain.members.secrets import TokenText, digest_of, is_service_token

SECRET = "A" * 43


def test_a_token_has_a_prefix_to_know_it_by_and_256_random_bits() -> None:
    first, second = TokenText.new(), TokenText.new()

    assert re.fullmatch(r"assay_[0-9a-f]{8}", first.prefix)
    assert re.fullmatch(re.escape(first.prefix) + r"_[\w-]{43}", first.text, re.ASCII)
    assert first.text != second.text
    assert is_service_token(first.text)


def test_a_token_is_not_printed_by_accident() -> None:
    token = TokenText.new()

    assert repr(token) == f"TokenText(prefix='{token.prefix}')"


def test_the_digest_is_sha_256_of_the_whole_token() -> None:
    assert digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "assay_0123abcd_",
        f"assay_0123abcd_{SECRET}A",
        f"assay_0123abcd_{SECRET}\n",
        f"assay_0123abcx_{SECRET}",
        f"assay_0123abcd_{'é' * 43}",
        "eyJh.eyJz.c2ln",
    ],
)
def test_what_has_another_form_is_no_service_token(text: str) -> None:
    assert not is_service_token(text)
