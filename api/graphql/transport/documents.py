"""Trusted documents: texts that the operator has looked at, which requests name by their hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from api.graphql.codes import ErrorCode
from api.graphql.transport.refusals import Refused
from domain.settings import ApiSettings, SettingsError


def id_of(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """By id. `is_exclusive`: no other document is executed, however it is sent."""

    texts: Mapping[str, str] = field(default_factory=dict)
    is_exclusive: bool = False

    def text_of(self, parameters: Mapping[str, Any]) -> str:
        """The document that a request sends or names."""
        named, query = parameters.get("documentId"), parameters.get("query")
        if named is not None:
            if query is not None:
                raise Refused(400, "Send query or documentId, not both.")
            return self._named(named)
        if not isinstance(query, str) or not query:
            raise Refused(400, "query has to be a GraphQL document.")
        if self.is_exclusive and id_of(query) not in self.texts:
            message = "Only trusted documents are executed here; send the documentId of one."
            raise Refused(400, message, ErrorCode.DOCUMENT_NOT_TRUSTED)
        return query

    def _named(self, name: object) -> str:
        if not isinstance(name, str):
            raise Refused(400, "documentId has to be a string like sha256:….")
        if name not in self.texts:
            message = "documentId names no trusted document of this server."
            raise Refused(400, message, ErrorCode.DOCUMENT_NOT_FOUND)
        return self.texts[name]


def open_documents(settings: ApiSettings) -> TrustedDocuments:
    """Read once, from a folder of .graphql files or from a JSON file of ids and texts."""
    place = settings.trusted_documents
    if place is None:
        return TrustedDocuments()
    try:
        texts = _of_folder(place) if place.is_dir() else _of_file(place)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise SettingsError(f"api.trusted_documents: {place} cannot be read: {error}") from None
    return TrustedDocuments(texts, settings.only_trusted_documents)


def _of_folder(folder: Path) -> Mapping[str, str]:
    """The ids are the hashes of the files as they lie there, as `sha256sum` tells them."""
    texts = [path.read_bytes().decode() for path in sorted(folder.rglob("*.graphql"))]
    return {id_of(text): text for text in texts}


def _of_file(file: Path) -> Mapping[str, str]:
    texts = json.loads(file.read_bytes())
    if not isinstance(texts, dict):
        raise ValueError("it has to be a JSON object of ids and documents")  # noqa: TRY004 - it is a wrong value, not a wrong type of ours
    for name, text in texts.items():
        if not isinstance(text, str) or name != id_of(text):
            raise ValueError(f"{name} is not the id of its document, which begins with sha256: and is its hash")
    return texts
