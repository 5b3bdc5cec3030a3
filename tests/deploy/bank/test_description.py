from pathlib import Path

from deploy.local.bank.describe import description

PAGE = Path(__file__).parents[3] / "docs" / "sample-bank.md"


def test_the_page_says_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == description(), (
        "Print it again: python -m deploy.local.bank describe > docs/sample-bank.md"
    )
