"""`python -m domain …`, in the process of the test: a process of its own takes over a second to begin."""

import asyncio
import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from domain.__main__ import main
from domain.settings import Settings


async def run(settings: Settings, *words: str) -> tuple[int, str]:
    """Its exit code and what it prints; an exception would be the test's."""
    return await asyncio.to_thread(_run, settings.database_url(), words)


def _run(address: str, words: tuple[str, ...]) -> tuple[int, str]:
    printed = io.StringIO()
    environment = patch.dict("os.environ", ASSAY_DATABASE_URL=address)
    arguments = patch.object(sys, "argv", ["domain", *words])
    with redirect_stdout(printed), redirect_stderr(printed), environment, arguments:
        try:
            code = main()
        except SystemExit as refused:  # argparse does not know the words
            code = int(str(refused.code))
    return code, printed.getvalue()
