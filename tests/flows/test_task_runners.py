"""The task runner that the settings ask for; none of these starts a cluster."""

import pytest
from prefect.task_runners import ThreadPoolTaskRunner
from prefect_dask.task_runners import DaskTaskRunner

from domain.settings import ProfilingSettings, RunSettings, Settings, SettingsError
from flows.crew import Crew
from flows.task_runners import runner_of

TABLES = Crew("profiling")


def settings_of(**runs: str) -> Settings:
    return Settings(profiling=ProfilingSettings(max_concurrent_tables=3), runs=RunSettings.model_validate(runs))


def test_threads_are_the_default() -> None:
    runner = runner_of(TABLES, Settings(profiling=ProfilingSettings(max_concurrent_tables=3)))

    assert isinstance(runner, ThreadPoolTaskRunner)
    assert runner._max_workers == 3


def test_a_dask_cluster_of_the_runs_own_is_as_wide_as_the_run_and_closed_to_others() -> None:
    runner = runner_of(TABLES, settings_of(task_runner="dask"))

    assert isinstance(runner, DaskTaskRunner)
    assert (runner.address, runner.cluster_kwargs["n_workers"], runner.cluster_kwargs["security"]) == (None, 3, True)


def test_a_dask_cluster_that_others_look_after_is_found_by_its_address() -> None:
    runner = runner_of(TABLES, settings_of(task_runner="dask", dask_address="tcp://scheduler:8786"))

    assert isinstance(runner, DaskTaskRunner)
    assert (runner.address, runner.cluster_kwargs) == ("tcp://scheduler:8786", {})


def test_a_missing_extra_is_named_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])

    with pytest.raises(SettingsError) as refused:
        runner_of(TABLES, settings_of(task_runner="ray"))

    assert str(refused.value) == (
        "runs.task_runner: ray needs packages that are not installed: pip install 'assay[ray]', or choose threads."
    )
