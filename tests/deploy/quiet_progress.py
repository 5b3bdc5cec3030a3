from collections.abc import Sequence


class Remembered:
    """A progress that a test can read."""

    def __init__(self) -> None:
        self.became_ready: list[str] = []
        self.sentences: list[str] = []

    def starting(self, names: Sequence[str]) -> None:
        pass

    def ready(self, name: str, seconds: float, address: str) -> None:
        del seconds, address
        self.became_ready.append(name)

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)
