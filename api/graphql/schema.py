"""Puts the feature classes together: the schema, its limits, and the text of schema.graphql."""

from functools import cache, partial

import strawberry
from graphql import ASTValidationRule, NoSchemaIntrospectionCustomRule
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, ValidationCache
from strawberry.schema.config import StrawberryConfig

import api.graphql.derivations  # noqa: F401 - extends the type Scorecard
from api.graphql.assets.curation import CurationMutations
from api.graphql.assets.mutations import AssetMutations
from api.graphql.assets.queries import AssetQueries
from api.graphql.audiences import AudienceExecutor
from api.graphql.caches import TolerantParserCache
from api.graphql.comparisons import TrendQueries
from api.graphql.configurations.mutations import ConfigurationMutations
from api.graphql.configurations.queries import ConfigurationQueries
from api.graphql.connections import ConnectionMutations, ConnectionQueries
from api.graphql.cost import CostLimit
from api.graphql.glossary.mutations import GlossaryMutations
from api.graphql.glossary.queries import GlossaryQueries
from api.graphql.governed import GovernedSchema, TimeLimit
from api.graphql.limits import DocumentLimits, OneOperation, StorableText, rule_of
from api.graphql.metered import Metered
from api.graphql.metrics import MetricQueries
from api.graphql.nodes import NodeQueries
from api.graphql.problems import HANDLERS
from api.graphql.profile_history import ProfileHistoryQueries
from api.graphql.records import RecordQueries
from api.graphql.rules.mutations import RuleMutations
from api.graphql.rules.queries import RuleQueries
from api.graphql.rules.writing import RuleWriting
from api.graphql.runs.mutations import RunMutations
from api.graphql.runs.previews import PreviewQueries
from api.graphql.runs.queries import RunQueries
from api.graphql.runs.starting import StartMutations
from api.graphql.runs.subscriptions import RunSubscriptions
from api.graphql.runs.trials import TrialMutations
from api.graphql.runs.undoing import UndoMutations
from api.graphql.scalars import SCALARS
from api.graphql.scorecards import ScorecardQueries
from api.graphql.scoring import ScoringMutations, ScoringQueries
from api.graphql.subscriptions import NewsSubscriptions
from api.graphql.viewer import ViewerQueries
from api.graphql.violations.mutations import ViolationMutations
from api.graphql.violations.queries import ViolationQueries
from api.graphql.workflows import WorkflowQueries
from domain.settings import ApiSettings

CACHED_DOCUMENTS = 256
ONE_OF = "directive @oneOf on INPUT_OBJECT"


@strawberry.type(description="What can be read.")
class Query(
    NodeQueries,
    ViewerQueries,
    AssetQueries,
    ProfileHistoryQueries,
    ConnectionQueries,
    WorkflowQueries,
    ConfigurationQueries,
    RunQueries,
    PreviewQueries,
    RuleQueries,
    ViolationQueries,
    ScorecardQueries,
    TrendQueries,
    MetricQueries,
    GlossaryQueries,
    ScoringQueries,
    RecordQueries,
):
    pass


@strawberry.type(description="What can be done. Expected errors are part of each answer; nothing is changed then.")
class Mutation(
    ConnectionMutations,
    AssetMutations,
    CurationMutations,
    GlossaryMutations,
    StartMutations,
    ConfigurationMutations,
    RunMutations,
    UndoMutations,
    RuleMutations,
    RuleWriting,
    TrialMutations,
    ViolationMutations,
    ScoringMutations,
):
    pass


@strawberry.type(description="What can be followed live, over graphql-transport-ws or graphql-sse.")
class Subscription(RunSubscriptions, NewsSubscriptions):
    pass


@cache  # its types take a tenth of a second
def make_schema(limits: ApiSettings, *, is_open: bool, is_sorted: bool = False) -> GovernedSchema:
    """`is_open` to introspection and suggestions in development: elsewhere schema.graphql tells what there is."""
    rules = _rules(limits, introspection=is_open)
    return GovernedSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=[
            Metered,
            partial(MaxTokensLimiter, limits.max_tokens),
            partial(AddValidationRules, rules),
            partial(TolerantParserCache, CACHED_DOCUMENTS),
            partial(ValidationCache, CACHED_DOCUMENTS),
            OneOperation,
            partial(CostLimit, limits.max_cost),
            partial(TimeLimit, limits.operation_timeout_seconds),
        ],
        execution_context_class=AudienceExecutor,
        exception_handlers=HANDLERS,
        config=StrawberryConfig(scalar_map=SCALARS, sort_schema=is_sorted, disable_field_suggestions=not is_open),
    )


def _rules(settings: ApiSettings, *, introspection: bool) -> list[type[ASTValidationRule]]:
    limits = DocumentLimits(settings.max_depth, settings.max_aliases, settings.max_fields, settings.max_operations)
    return [rule_of(limits), StorableText, *([] if introspection else [NoSchemaIntrospectionCustomRule])]


def schema_text() -> str:
    """The text of schema.graphql, the same for every setting.

    Only for its text is a schema sorted: Strawberry cannot find the members of unions in a sorted one. It declares
    @oneOf without a word, and everything in the text is described.
    """
    text = make_schema(ApiSettings(), is_open=False, is_sorted=True).as_str() + "\n"
    return text.replace(ONE_OF, f'"""Exactly one of the fields is given, and it is not null."""\n{ONE_OF}', 1)
