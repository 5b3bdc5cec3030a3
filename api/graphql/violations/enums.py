from enum import StrEnum

from api.graphql.enums import describe
from domain.violations.history import HistoryKind
from domain.violations.model import Resolution, ViolationStatus
from domain.violations.ordering import ViolationOrderField


class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


describe(
    ViolationStatus,
    "Where a violation stands.",
    {
        ViolationStatus.OPEN: "The problem is there and nobody has taken it up.",
        ViolationStatus.ACKNOWLEDGED: "Somebody knows of it.",
        ViolationStatus.RESOLVED: "It is over; `resolution` says why.",
        ViolationStatus.FALSE_POSITIVE: "It is no problem; it stays closed until the rule changes.",
    },
)
describe(
    Resolution,
    "Why a violation is over.",
    {
        Resolution.PASSED_ON_REASSESSMENT: "The check passed later.",
        Resolution.SUPERSEDED_BY_APPROVAL: "A save made its measurement stale; the next assessment judges anew.",
        Resolution.FIXED_IN_DATA: "A person mended the data.",
        Resolution.ACCEPTED_RISK: "A person decided to live with it.",
        Resolution.RULE_RETIRED: "Its rule is over.",
        Resolution.FALSE_POSITIVE: "A person found that it is no problem.",
    },
)
describe(
    HistoryKind,
    "What happened to a violation.",
    {
        HistoryKind.OPENED: "A check showed it for the first time.",
        HistoryKind.RECURRED: "A check showed it again.",
        HistoryKind.REOPENED: "It was over or taken up, and a check or a person opened it again.",
        HistoryKind.ACKNOWLEDGED: "Somebody took it up.",
        HistoryKind.RESOLVED: "It was closed; `resolution` says why.",
        HistoryKind.DISMISSED: "Somebody found that it is no problem.",
        HistoryKind.EDITED: "Somebody assigned it, rated it or wrote about it.",
    },
)
describe(
    ViolationOrderField,
    "What violations can be sorted by; those that are equal in it follow each other as they were stored.",
    {
        ViolationOrderField.CREATED: "When it was stored: quick for any scope, however many there are.",
        ViolationOrderField.OPENED_AT: "When the data that showed it first was read.",
        ViolationOrderField.LAST_SEEN_AT: "When the data that showed it last was read.",
        ViolationOrderField.SEVERITY: "How bad it is.",
        ViolationOrderField.OCCURRENCES: "How often a check has shown it.",
    },
)
describe(
    OrderDirection,
    "Which end of a list comes first.",
    {OrderDirection.ASC: "The smallest or oldest.", OrderDirection.DESC: "The largest or newest."},
)
