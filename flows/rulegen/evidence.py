"""What is known about a table when rules are looked for: declarations, measurements, meaning and a few rows."""
# ruff: noqa: SIM905 - sets of words read best as words

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.assets.model import AssetField, FoundColumn, FoundTable, PiiClass
from domain.profiles.model import ColumnProfile, TableProfile
from domain.rules.model import RuleDefinition, RuleKind, Severity
from domain.rules.parameters import Parameter
from flows.enrichment.names import words
from flows.enrichment.type_kinds import Kind, kind_of
from flows.rulegen.sample_rows import SampleRows

PERSONAL_WORDS = frozenset(
    "name email phone mobile fax address street birth ssn iban card passport password login ip".split()
)
_LISTED_ELSEWHERE = frozenset("postal country currency language area phone dialing status type".split())
"""Codes and numbers of these are shared by many rows."""
KEY_WORDS = frozenset("id key uuid guid code number identifier".split())


@dataclass(frozen=True, slots=True)
class ColumnEvidence:
    found: FoundColumn
    profile: ColumnProfile
    fields: Mapping[AssetField, str]

    @property
    def name(self) -> str:
        return self.found.name

    @property
    def kind(self) -> Kind:
        return Kind.OTHER if self.found.data_type.endswith("[]") else kind_of(self.found.data_type)

    @property
    def words(self) -> frozenset[str]:
        """Of the name, and of the semantic type where one is known: `c7` may well be a percentage."""
        return frozenset((*words(self.name), *words(self.fields.get(AssetField.SEMANTIC_TYPE, self.name))))

    @property
    def last_word(self) -> str:
        return words(self.name)[-1]

    @property
    def is_personal(self) -> bool:
        """By its class where it was judged, else by its name: to be asked before a value is written anywhere."""
        judged = self.fields.get(AssetField.PII_CLASS)
        return judged != PiiClass.NONE if judged else bool(self.words & PERSONAL_WORDS)

    @property
    def is_key_like(self) -> bool:
        is_named = self.last_word in KEY_WORDS and not self.words & _LISTED_ELSEWHERE
        return is_named or self.kind is Kind.UUID

    @property
    def filled(self) -> int:
        """Rows read that hold a value which is not blank."""
        return self.profile.non_null - (self.profile.text.blank if self.profile.text else 0)

    def share_of_filled(self, share_of_non_null: float) -> float:
        """The same share with blank texts left out of the whole."""
        return min(1.0, share_of_non_null * self.profile.non_null / self.filled) if self.filled else 0.0


@dataclass(frozen=True, slots=True)
class TableEvidence:
    table: FoundTable
    profile: TableProfile
    columns: tuple[ColumnEvidence, ...]
    rows: SampleRows = field(default_factory=SampleRows)

    @property
    def rows_read(self) -> int:
        return self.profile.reading.rows_read

    def rule(
        self,
        kind: RuleKind,
        *columns: ColumnEvidence,
        severity: Severity = Severity.MEDIUM,
        **parameters: Parameter,
    ) -> RuleDefinition:
        names = tuple(column.name for column in columns)
        given = {name: value for name, value in parameters.items() if value is not None}
        return RuleDefinition(kind, self.table.fqn, names, given, severity=severity)


def gather(
    table: FoundTable,
    profile: TableProfile,
    fields: Mapping[str, Mapping[AssetField, str]],
    rows: SampleRows,
) -> TableEvidence:
    """Columns that were not profiled are left out: nothing is known about them."""
    pairs = ((column, profile.column(column.name)) for column in table.columns)
    columns = tuple(
        ColumnEvidence(column, measured, fields.get(column.name, {})) for column, measured in pairs if measured
    )
    return TableEvidence(table, profile, columns, rows)
