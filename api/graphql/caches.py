from collections.abc import Iterator

from graphql import GraphQLError
from strawberry.extensions import ParserCache


class TolerantParserCache(ParserCache):
    """As its parent, but a syntax error is left to the ordinary way.

    Raised inside this hook it would leave a stream without its error: the client would see a bare `complete`.
    """

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        try:
            context.graphql_document = self.cached_parse_document(context.query, **context.parse_options)
        except GraphQLError:
            context.graphql_document = None
        yield
