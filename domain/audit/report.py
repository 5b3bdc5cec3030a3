"""What a verification of the chains found, as lines for an operator."""

from collections.abc import Iterator

from domain.audit.verification import Verification, VerifiedChain


def lines(found: Verification) -> Iterator[str]:
    """The heads are written as `--expect-head` takes them."""
    yield f"events verified  {sum(chain.head.sequence for chain in found.chains)}"
    yield f"projects         {len(found.chains)}"
    yield f"not sealed yet   {found.unsealed}"
    for chain in found.chains:
        yield f"head             {chain.project_id}={chain.head.hash}  {chain.project}, event {chain.head.sequence}"
    for chain in found.chains:
        if chain.broken:
            yield f"BROKEN           {_fault_of(chain)}"


def _fault_of(chain: VerifiedChain) -> str:
    assert chain.broken
    return f"{chain.project}, event {chain.broken.sequence}: {chain.broken.fault}: {chain.broken.detail}"
