"""Trusted documents, named by the hash of their text."""

import json
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from api.graphql.transport.documents import TrustedDocuments, open_documents
from api.graphql.transport.refusals import Refused
from api.services import Services
from domain.settings import ApiSettings, SettingsError
from tests.api.limited import codes, limited
from tests.api.sockets import say, signed_in, socket

TEXT = "query Me { viewer { name } }\n"
ID = f"sha256:{sha256(TEXT.encode()).hexdigest()}"
UNKNOWN = f"sha256:{'0' * 64}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "me.graphql").write_text(TEXT)
    (tmp_path / "README.md").write_text("no document")
    return tmp_path


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "documents.json"
    file.write_text(json.dumps({ID: TEXT}))
    return file


def test_folder_and_file_hold_the_same_documents(folder: Path, manifest: Path) -> None:
    of_folder = open_documents(ApiSettings(trusted_documents=folder))
    of_file = open_documents(ApiSettings(trusted_documents=manifest))

    assert of_folder == of_file == TrustedDocuments({ID: TEXT})
    assert open_documents(ApiSettings()) == TrustedDocuments()


@pytest.mark.parametrize("content", ["[]", "{", json.dumps({UNKNOWN: TEXT}), json.dumps({ID: 1})])
def test_file_that_holds_no_documents_stops_the_start_and_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "documents.json"
    file.write_text(content)

    with pytest.raises(SettingsError, match=r"^api\.trusted_documents: .*documents\.json cannot be read: "):
        open_documents(ApiSettings(trusted_documents=file))


def test_place_that_is_not_there_stops_the_start_and_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^api\.trusted_documents: .*nowhere cannot be read: "):
        open_documents(ApiSettings(trusted_documents=tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("is_exclusive", "parameters", "code"),
    [
        (False, {"documentId": UNKNOWN}, "DOCUMENT_NOT_FOUND"),
        (False, {"documentId": 1}, "BAD_USER_INPUT"),
        (False, {"documentId": ID, "query": TEXT}, "BAD_USER_INPUT"),
        (False, {"query": ""}, "BAD_USER_INPUT"),
        (True, {"query": "{ __typename }"}, "DOCUMENT_NOT_TRUSTED"),
        (True, {"documentId": UNKNOWN}, "DOCUMENT_NOT_FOUND"),
        (True, {}, "BAD_USER_INPUT"),
    ],
)
def test_request_without_a_document_that_may_be_executed(
    is_exclusive: bool, parameters: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        TrustedDocuments({ID: TEXT}, is_exclusive).text_of(parameters)

    assert (refused.value.status, refused.value.code.value) == (400, code)


@pytest.mark.parametrize("is_exclusive", [False, True])
@pytest.mark.parametrize("parameters", [{"documentId": ID}, {"query": TEXT}])
def test_trusted_document_is_found_by_its_id_and_by_its_text(is_exclusive: bool, parameters: dict[str, str]) -> None:
    assert TrustedDocuments({ID: TEXT}, is_exclusive).text_of(parameters) == TEXT


@pytest.mark.db
async def test_only_trusted_documents_are_executed_where_nothing_else_may_be(services: Services, folder: Path) -> None:
    async with limited(services, trusted_documents=folder, only_trusted_documents=True) as http:
        named = await http.post("/graphql", json={"documentId": ID})
        other = await http.post("/graphql", json={"query": "{ __typename }"})

    assert named.json()["data"] == {"viewer": {"name": "developer"}}
    assert (other.status_code, codes(other)) == (400, ["DOCUMENT_NOT_TRUSTED"])


@pytest.mark.db
async def test_socket_takes_trusted_documents_and_refuses_others_without_closing(
    services: Services, folder: Path
) -> None:
    answers = []
    async with limited(services, trusted_documents=folder, only_trusted_documents=True) as http, socket(http) as ws:
        await signed_in(ws)
        for number, payload in enumerate(({"query": "{ __typename }"}, {"documentId": ID})):
            await say(ws, {"type": "subscribe", "id": str(number), "payload": payload})
            answers.append(json.loads(await ws.recv()))

    assert (answers[0]["type"], answers[0]["payload"][0]["extensions"]) == ("error", {"code": "DOCUMENT_NOT_TRUSTED"})
    assert (answers[1]["type"], answers[1]["payload"]["data"]) == ("next", {"viewer": {"name": "developer"}})


@pytest.mark.db
@pytest.mark.parametrize("named", [ID, UNKNOWN])
async def test_socket_that_has_not_signed_in_learns_nothing_of_the_documents(
    services: Services, folder: Path, named: str
) -> None:
    async with limited(services, trusted_documents=folder) as http, socket(http) as ws:
        await say(ws, {"type": "subscribe", "id": "1", "payload": {"documentId": named}})
        await ws.wait_closed()

    assert ws.close_code == 4401


@pytest.mark.db
async def test_query_by_url_may_name_its_document(services: Services, folder: Path) -> None:
    async with limited(services, trusted_documents=folder) as http:
        reply: httpx.Response = await http.get("/graphql", params={"documentId": ID})

    assert reply.json()["data"] == {"viewer": {"name": "developer"}}
