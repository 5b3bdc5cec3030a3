"""Prints what the main job found: the scorecard and the open violations."""

from decimal import Decimal
from typing import Any

from deploy.local.demo.client import Answer, Api
from deploy.local.progress import Progress

SHOWN = 15
SEVERITIES = ("critical", "high", "medium", "low")
FINDINGS = """query ($scope: Fqn!, $first: Int!) {
  scorecard(scope: $scope) { score state dimensions { dimension { name } assessmentType score state assetsAssessed } }
  violations(scope: $scope, filter: {status: [OPEN]}, first: 0) { totalCount }
  critical: violations(scope: $scope, filter: {status: [OPEN], severity: [CRITICAL]}, first: $first) { ...shown }
  high: violations(scope: $scope, filter: {status: [OPEN], severity: [HIGH]}, first: $first) { ...shown }
  medium: violations(scope: $scope, filter: {status: [OPEN], severity: [MEDIUM]}, first: $first) { ...shown }
  low: violations(scope: $scope, filter: {status: [OPEN], severity: [LOW]}, first: $first) { ...shown } }
fragment shown on ViolationConnection { edges { node { assetFqn severity details } } }"""


async def report(api: Api, scope: str, progress: Progress) -> None:
    found = await api.ask(FINDINGS, scope=scope, first=SHOWN)
    progress.say("")
    for line in _scorecard(scope, found["scorecard"]):
        progress.say(line)
    progress.say("")
    for line in _violations(found):
        progress.say(line)


def _scorecard(scope: str, card: Answer) -> list[str]:
    lines = [f"Scorecard of {scope}: {_score(card)}"]
    for line in card["dimensions"]:
        kind = line["assessmentType"].replace("_", " ").lower()
        assets = f"{line['assetsAssessed']} assets" if line["assetsAssessed"] else ""
        lines.append(f"  {line['dimension']['name']:<16} {kind:<14} {_score(line):>14}   {assets}".rstrip())
    return lines


def _score(scored: Answer) -> str:
    if scored["score"] is None:
        return {"PENDING": "N/A (pending)", "NOT_ASSESSED": "not assessed"}[scored["state"]]
    return f"{Decimal(scored['score']) * 100:.2f} %"


def _violations(found: Answer) -> list[str]:
    """The gravest first."""
    total = found["violations"]["totalCount"]
    by_severity = [edge["node"] for severity in SEVERITIES for edge in found[severity]["edges"]]
    shown = by_severity[:SHOWN]
    lines = [f"Open violations: {total}" + (f", the first {len(shown)}:" if total > len(shown) else "")]
    lines += [f"  {one['severity']:<8} {one['assetFqn']:<48} {_words(one['details'])}" for one in shown]
    return lines


def _words(details: dict[str, Any]) -> str:
    """Metadata checks say their problem; rules say what they mean and how many rows break them."""
    if "problem" in details:
        return str(details["problem"])
    counted = f" ({details['failed']:,} of {details['evaluated']:,})" if details.get("counts_rows") else ""
    return f"{details['rule']}{counted}"
