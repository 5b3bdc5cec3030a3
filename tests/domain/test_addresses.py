import pytest

from domain.addresses import api_for_people, prefect_for_people
from domain.settings import ApiSettings, PrefectSettings, Settings, SettingsError, load_settings


@pytest.mark.parametrize(
    ("settings", "api", "prefect"),
    [
        (Settings(), "http://127.0.0.1:8000", "http://127.0.0.1:4200"),
        (Settings(bind="0.0.0.0"), "http://127.0.0.1:8000", "http://127.0.0.1:4200"),
        (Settings(bind="::1"), "http://[::1]:8000", "http://[::1]:4200"),
        (Settings(prefect=PrefectSettings(api_url="http://p:4300/api/")), "http://127.0.0.1:8000", "http://p:4300"),
        (
            Settings(
                api=ApiSettings(public_url="https://assay.example/"),
                prefect=PrefectSettings(api_url="http://prefect:4200/api", public_url="https://prefect.example/ui"),
            ),
            "https://assay.example",
            "https://prefect.example/ui",
        ),
    ],
)
def test_links_lead_where_a_browser_finds_it(settings: Settings, api: str, prefect: str) -> None:
    assert (api_for_people(settings), prefect_for_people(settings)) == (api, prefect)


@pytest.mark.parametrize("url", ["assay.example", "ftp://assay.example", "https://", "https://assay.example/a b"])
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"api\.public_url"):
        load_settings(environment={"ASSAY_API_PUBLIC_URL": url})
