import pytest

from domain.bootstrap import Domain
from domain.errors import NotFound
from domain.identity import Actor


async def test_the_default_project_is_made_once(domain: Domain, actor: Actor) -> None:
    again = await domain.access.ensure_default_project()

    assert again == actor.tenant


async def test_a_project_is_found_by_its_name_and_by_its_id(domain: Domain, actor: Actor, stranger: Actor) -> None:
    project = str(stranger.tenant.project_id)

    assert await domain.access.tenant_of("elsewhere") == stranger.tenant
    assert await domain.access.tenant_of(project) == stranger.tenant


async def test_an_unknown_project_is_named(domain: Domain) -> None:
    with pytest.raises(NotFound, match="There is no project 'nowhere'"):
        await domain.access.tenant_of("nowhere")
