"""The business domain of a table: where most of its words belong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from flows.enrichment.facts import TableFacts
from flows.enrichment.names import singular

_WORDS: Mapping[str, str] = {
    "Customers": "customer client member subscriber contact guest household consumer crm lead",
    "Human Resources": "employee staff salary payroll department job position worker leave applicant shift",
    "Payments": "payment transaction card cardtransaction merchant settlement chargeback terminal pos atm refund",
    "Accounts and Lending": "account loan deposit credit mortgage balance borrower interest collateral overdraft",
    "Sales": "order sale invoice quote cart basket discount promotion pipeline opportunity billing rental checkout",
    "Products": "product item article sku catalog category price brand inventory stock assortment",
    "Marketing": "campaign marketing newsletter segment audience ad advert click impression coupon subscription",
    "Logistics": "shipment delivery carrier warehouse parcel route freight tracking supplier vendor purchase supply",
    "Finance": "ledger journal budget cost tax fiscal expense revenue accounting asset liability",
    "Media and Content": "film movie track album artist playlist book article author genre media actor post",
    "Locations": "country city region branch store location state province district geo",
    "Healthcare": "patient diagnosis medication doctor hospital treatment clinic prescription visit nurse",
    "Education": "student course teacher school grade class exam enrolment university lecture",
    "Security and Access": "user login role permission session password token credential audit access",
    "Risk and Compliance": "risk fraud alert compliance kyc aml sanction violation case incident",
    "Support": "ticket complaint request support feedback conversation message service",
    "Web and Usage": "event visit page click device browser log usage telemetry",
}
_DOMAINS: Mapping[str, tuple[str, ...]] = {
    word: tuple(domain for domain, words in _WORDS.items() if word in words.split())
    for word in {word for words in _WORDS.values() for word in words.split()}
}
_TABLE_WEIGHT, _REFERENCE_WEIGHT, _COLUMN_WEIGHT = 6, 2, 1


@dataclass(frozen=True, slots=True)
class DomainJudgement:
    name: str
    confidence: float
    words: tuple[str, ...]


def domain_of(table: TableFacts) -> DomainJudgement | None:
    """None where no word tells: a wrong domain is worse than none."""
    weights = _word_weights(table)
    scores: Counter[str] = Counter()
    for word, weight in weights.items():
        for domain in _DOMAINS.get(word, ()):
            scores[domain] += weight
    if not scores:
        return None
    name, best = max(scores.items(), key=lambda found: (found[1], found[0]))
    if best < _REFERENCE_WEIGHT:
        return None
    share = best / scores.total()
    said = tuple(sorted(word for word in weights if name in _DOMAINS.get(word, ())))
    return DomainJudgement(name, round(0.45 + 0.45 * share, 2), said)


def _word_weights(table: TableFacts) -> Counter[str]:
    """The last word of a table's name is what it is about, so it weighs the most."""
    weights: Counter[str] = Counter()
    for position, word in enumerate(reversed(table.words)):
        weights[singular(word)] += _TABLE_WEIGHT // (position + 1)
    for column in table.columns:
        weight = _REFERENCE_WEIGHT if column.reference else _COLUMN_WEIGHT
        for word in set(column.words):
            weights[singular(word)] += weight
    return weights
