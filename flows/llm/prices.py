"""What a call costs, where the list price of the model is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

_PER = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens."""

    input: Decimal
    output: Decimal


_PRICES: Mapping[str, Price] = {
    "gpt-4o": Price(Decimal("2.50"), Decimal("10.00")),
    "gpt-4o-mini": Price(Decimal("0.15"), Decimal("0.60")),
    "gpt-4.1": Price(Decimal("2.00"), Decimal("8.00")),
    "gpt-4.1-mini": Price(Decimal("0.40"), Decimal("1.60")),
    "claude-sonnet-4-5": Price(Decimal("3.00"), Decimal("15.00")),
    "claude-haiku-4-5": Price(Decimal("1.00"), Decimal("5.00")),
}


def cost_usd(model: str, input_tokens: int, output_tokens: int) -> Decimal | None:
    """None for a model without a known price: a wrong figure would be worse."""
    price = _PRICES.get(model)
    if price is None:
        return None
    return (price.input * input_tokens + price.output * output_tokens) / _PER
