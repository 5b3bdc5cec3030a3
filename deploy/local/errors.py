class LauncherError(Exception):
    """What stopped the launcher, in words that a person can act on; never holds a secret."""


class AlreadyRunning(LauncherError):
    """Another launcher serves the same home."""
