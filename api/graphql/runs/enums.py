from api.graphql.enums import describe
from domain.runs.model import ChangeOutcome, ChangeSubject, Decision, Include, ItemStatus

describe(
    ItemStatus,
    "Where an item of a run stands.",
    {
        ItemStatus.PENDING: "Not begun.",
        ItemStatus.RUNNING: "At work.",
        ItemStatus.COMPLETED: "Done, and its result is stored.",
        ItemStatus.FAILED: "Could not be done; its error says why.",
        ItemStatus.SKIPPED: "Left out because the run's budget ended; a retry takes it up.",
    },
)
describe(
    Decision,
    "What a person decided about a proposed change.",
    {
        Decision.UNDECIDED: "Nothing yet; it is applied when the run is approved.",
        Decision.ACCEPTED: "It is applied when the run is approved.",
        Decision.REJECTED: "It stays out when the run is approved.",
    },
)
describe(
    ChangeOutcome,
    "What approving the run did with a proposed change.",
    {
        ChangeOutcome.APPLIED: "It was applied.",
        ChangeOutcome.CONFLICT: "Its base version was gone; nothing was overwritten.",
        ChangeOutcome.KEPT_HUMAN: "A person's own value stands there and was kept.",
        ChangeOutcome.REJECTED: "It was rejected before.",
    },
)
describe(
    ChangeSubject,
    "What a proposed change is about.",
    {
        ChangeSubject.ASSET_FIELD: "It writes a field of an asset.",
        ChangeSubject.RULE: "It activates a drafted rule.",
    },
)
describe(
    Include,
    "What enrichment looks into.",
    {
        Include.DESCRIPTIONS: "What tables and columns are, and their business names.",
        Include.PII: "The kind of personal data in columns.",
        Include.SENSITIVITY: "How far values may travel.",
        Include.DOMAIN: "The part of the business that tables belong to.",
        Include.SEMANTIC_TYPES: "What the values of columns are.",
        Include.DQ_TAGS: "What data quality should be watched for.",
        Include.RELATIONSHIPS: "How tables hang together.",
    },
)
