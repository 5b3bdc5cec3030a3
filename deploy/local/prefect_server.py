"""Prefect's command line, with a mend for its server: `python -m deploy.local.prefect_server server start …`.

Prefect 3.8 plans scheduled flow runs by a bulk insert whose rows hold the hybrid property `state` beside the columns.
SQLAlchemy 2.0 passed it over; 2.1 refuses the insert, and no schedule ever begins anything. The state has a row of its
own, inserted beside, so passing it over is right. To be dropped when Prefect plans runs without it.
"""

from collections.abc import MutableMapping
from typing import Any

from prefect.cli import app
from prefect.server.database.orm_models import FlowRun
from sqlalchemy import inspect
from sqlalchemy.ext.hybrid import hybrid_property


def _pass_over(cls: type[FlowRun], mapping: MutableMapping[str, Any], value: object) -> None:
    """Nothing of it belongs into the row."""
    del cls, mapping, value


def main() -> None:
    state = inspect(FlowRun).all_orm_descriptors["state"]
    assert isinstance(state, hybrid_property)
    state.inplace.bulk_dml(_pass_over)
    app()


if __name__ == "__main__":
    main()
