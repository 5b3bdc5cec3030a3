"""What keeps the server quick: few statements, and documents that are read and checked once."""

from itertools import product
from typing import Any

import pytest
from strawberry.extensions.parser_cache import _get_parse_cache
from strawberry.extensions.validation_cache import _get_validate_cache

from api.graphql.schema import CACHED_DOCUMENTS
from domain.assets.model import FoundSchema
from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.identity import Actor
from tests.e2e.client import GraphQL
from tests.factories.assets import FOUND_AT, PUBLIC, found_table, store_schemas

pytestmark = pytest.mark.db

TABLES, COLUMNS = 100, 50
DOCUMENTS, ROUNDS = 50, 25
NESTED = "query ($fqn: Fqn!) { asset(fqn: $fqn) { children { name columns { id name type } } } }"


async def test_nested_list_of_100_by_50_costs_three_statements(
    api: GraphQL, domain: Domain, actor: Actor, bank: DataConnection, statements: list[str]
) -> None:
    columns = [f"c{number:02}" for number in range(COLUMNS)]
    tables = tuple(found_table(PUBLIC.child(f"t{number:03}"), *columns) for number in range(TABLES))
    await store_schemas(domain, actor, bank.name, [FoundSchema(PUBLIC, FOUND_AT, tables)])
    await api.ask("{ viewer { name } }")  # the first request ever asks for the project
    statements.clear()

    children = (await api.ask(NESTED, fqn=str(PUBLIC)))["asset"]["children"]

    assert [[column["name"] for column in table["columns"]] for table in children] == [columns] * TABLES
    # Each is led by the one that confines its transaction to the tenant.
    assert len([sent for sent in statements if "set_config" not in sent]) == 3


async def test_documents_that_come_again_are_neither_parsed_nor_validated_again(api: GraphQL) -> None:
    """With every limit on; rules that are made anew for each request would never be found."""
    documents = [f"query Q{number} {{ viewer {{ name n{number}: kind }} }}" for number in range(DOCUMENTS)]
    caches: tuple[Any, Any] = _get_parse_cache(CACHED_DOCUMENTS), _get_validate_cache(CACHED_DOCUMENTS)
    before = [cache.cache_info() for cache in caches]

    for _, document in product(range(ROUNDS), documents):
        await api.ask(document)

    for cache, at_first in zip(caches, before, strict=True):
        hits, misses = (cache.cache_info().hits - at_first.hits, cache.cache_info().misses - at_first.misses)
        assert misses == DOCUMENTS
        assert hits / (hits + misses) > 0.95
