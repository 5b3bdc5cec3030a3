"""`assay token` and `assay member`: the domain's own commands, on the database of this home."""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from deploy.local.errors import LauncherError
from deploy.local.home import Home
from deploy.local.services import database_url_of
from domain import access_command
from domain.errors import DomainError
from domain.settings import Settings


@dataclass(frozen=True, slots=True)
class AccessCommand:
    SUMMARY: str
    add_arguments: Callable[[ArgumentParser], None]

    def run(self, arguments: Namespace, settings: Settings) -> int:
        url = SecretStr(database_url_of(settings, Home.of(settings)))
        database = settings.database.model_copy(update={"url": url})
        try:
            return asyncio.run(access_command.run(settings.model_copy(update={"database": database}), arguments))
        except DomainError as refusal:
            raise LauncherError(refusal.message) from None


TOKEN = AccessCommand(access_command.TOKEN, access_command.add_token_arguments)
MEMBER = AccessCommand(access_command.MEMBER, access_command.add_member_arguments)
