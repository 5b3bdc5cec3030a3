from api.graphql.enums import describe
from domain.rules.model import KINDS, Outcome, RuleKind, RuleState, Severity

describe(
    Severity,
    "How bad it is when a rule fails.",
    {
        Severity.CRITICAL: "Data must not be used as it is.",
        Severity.HIGH: "Decisions would be wrong.",
        Severity.MEDIUM: "Somebody should look at it.",
        Severity.LOW: "Worth knowing.",
    },
)
describe(
    RuleState,
    "Whether a rule is evaluated.",
    {
        RuleState.DRAFT: "Proposed by a run and not saved yet.",
        RuleState.ACTIVE: "Evaluated by executions and assessments.",
        RuleState.PAUSED: "Left out until it is activated again.",
        RuleState.RETIRED: "Over; what it had found is resolved.",
    },
)
describe(
    Outcome,
    "What an evaluation said.",
    {
        Outcome.PASSED: "Enough rows pass.",
        Outcome.FAILED: "Too few rows pass.",
        Outcome.ERROR: "The check could not be evaluated; neither a pass nor a failure.",
    },
)
describe(
    RuleKind,
    "The checks that a rule can be.",
    {kind: spec.description for kind, spec in KINDS.items()},
)
