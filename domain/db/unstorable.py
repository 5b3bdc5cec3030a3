"""Text that no database can hold is a mistake of the caller, wherever it came from: it is named, not logged."""

import re
from collections.abc import Iterator, Mapping

from sqlalchemy.engine import ExceptionContext

from domain.text import check_storable, is_storable

_NUMBER = re.compile(r"_+\d+$")
"""What SQLAlchemy adds to the name of a column to tell several parameters apart."""


def refuse_unstorable_text(failure: ExceptionContext) -> None:
    """Raise `Invalid` with the column's name where a statement failed for such a text; else do nothing.

    It looks only after a failure, so that nothing is searched on the way in.
    """
    for name, value in _parameters(failure):
        for path, text in _texts(_NUMBER.sub("", name), value):
            check_storable(path, text)


def _parameters(failure: ExceptionContext) -> Iterator[tuple[str, object]]:
    """A text that cannot even be written as JSON fails before there is an execution: its parameters are raw."""
    execution = failure.execution_context
    given = getattr(execution, "compiled_parameters", None) or failure.parameters
    for parameters in given if isinstance(given, list | tuple) else [given]:
        if isinstance(parameters, Mapping):
            yield from parameters.items()


def _texts(path: str, value: object) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case Mapping():
            for key, inner in value.items():
                yield path, str(key)
                yield from _texts(f"{path}.{key}" if is_storable(str(key)) else path, inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(path, inner)
