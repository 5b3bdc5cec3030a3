"""`python -m tests.domain.runs.dying approve|undo <run id>`: saves or undoes in children that are killed on the way.

For each number that it reads it forks a child, which ends by SIGKILL just before that statement (a COMMIT counts as
one). It writes how the child ended: `killed`, or how many statements there were when nothing was left to be killed at.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from sqlalchemy import Connection, Engine, event

from domain.access.model import PERMISSIONS, Role
from domain.bootstrap import open_domain
from domain.identity import Actor
from domain.runs.approval import ApprovalService
from domain.runs.model import RunId
from domain.settings import Settings, load_settings

KILLED = "killed"
USE_CASES: Mapping[str, Callable[[ApprovalService, Actor, RunId], Awaitable[object]]] = {
    "approve": ApprovalService.approve,
    "undo": ApprovalService.undo,
}


class Countdown:
    """Ends the process, as a power cut would, when it comes to the statement."""

    def __init__(self, deadly: int) -> None:
        self._deadly = deadly
        self.count = 0

    def step(self, *_: object) -> None:
        self.count += 1
        if self.count == self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(self, connection: Connection) -> None:
        self.step(connection)


async def act(settings: Settings, use_case: str, run_id: RunId, countdown: Countdown) -> None:
    async with open_domain(settings, pooled=False) as domain:
        actor = Actor(await domain.access.tenant_of("default"), "ada", permissions=PERMISSIONS[Role.OWNER])
        event.listen(Engine, "before_cursor_execute", countdown.step)
        event.listen(Engine, "commit", countdown.commit)
        await USE_CASES[use_case](domain.approvals, actor, run_id)


def child(settings: Settings, use_case: str, run_id: RunId, deadly: int, answers: int) -> None:
    countdown = Countdown(deadly)
    asyncio.run(act(settings, use_case, run_id, countdown))
    os.write(answers, str(countdown.count).encode())


def end_of_a_child(settings: Settings, use_case: str, run_id: RunId, deadly: int) -> str:
    answers, end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            child(settings, use_case, run_id, deadly, end)
        finally:
            os._exit(0)
    os.close(end)
    with os.fdopen(answers) as answer:
        said = answer.read()
    _, status = os.waitpid(pid, 0)
    return KILLED if os.WIFSIGNALED(status) else said


def main() -> None:
    settings, use_case, run_id = load_settings(), sys.argv[1], RunId(UUID(sys.argv[2]))
    for line in sys.stdin:
        print(end_of_a_child(settings, use_case, run_id, int(line)), flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
