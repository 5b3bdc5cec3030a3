from enum import StrEnum


class Trigger(StrEnum):
    """What may happen at a connection that starts the configurations which wait for it: a closed list."""

    ASSET_CREATED = "asset.created"
    CONNECTION_INGESTED = "connection.ingested"
    RUN_SAVED = "run.saved"
