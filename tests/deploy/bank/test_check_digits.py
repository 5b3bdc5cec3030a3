import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.bank.check_digits import card_number, iban, with_wrong_check_digits

bbans = st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=11, max_size=30)


def remainder(text: str) -> int:
    """Sign by sign, unlike the code under test, which makes one large number."""
    result = 0
    for sign in text[4:] + text[:4]:
        result = (result * (10 if sign.isdigit() else 100) + int(sign, 36)) % 97
    return result


@pytest.mark.parametrize(
    ("country_code", "bban", "expected"),
    [
        ("DE", "370400440532013000", "DE89370400440532013000"),
        ("AT", "1904300234573201", "AT611904300234573201"),
        ("NL", "ABNA0417164300", "NL91ABNA0417164300"),
    ],
)
def test_known_ibans_come_out(country_code: str, bban: str, expected: str) -> None:
    assert iban(country_code, bban) == expected


@given(country_code=st.sampled_from(("DE", "AT", "NL", "FR")), bban=bbans)
def test_an_iban_leaves_one_modulo_97(country_code: str, bban: str) -> None:
    assert remainder(iban(country_code, bban)) == 1


@given(bban=bbans, offset=st.integers(1, 96))
def test_wrong_check_digits_keep_the_shape_and_are_never_right(bban: str, offset: int) -> None:
    # given
    right = iban("DE", bban)
    # when
    wrong = with_wrong_check_digits(right, offset)
    # then
    assert len(wrong) == len(right)
    assert wrong[2:4].isdigit()
    assert remainder(wrong) != 1


@pytest.mark.parametrize(
    ("digits", "expected"),
    [("411111111111111", "4111111111111111"), ("555555555555444", "5555555555554444"), ("7992739871", "79927398713")],
)
def test_known_card_numbers_come_out(digits: str, expected: str) -> None:
    assert card_number(digits) == expected
