"""Prometheus and Grafana, as docker-compose.yml starts them: they find Easel and each other."""

import json
from typing import Any

import yaml  # type: ignore[import-untyped]  # it brings no types

from tests.deploy.compose import Service, project_in
from tests.deploy.dockerfile import ROOT, stages_in

DEPLOY = ROOT / "deploy"
PROJECT = project_in()


def told(path: str) -> Any:
    return yaml.safe_load((DEPLOY / path).read_text("utf-8"))


def mounted(service: Service) -> dict[str, str]:
    """What lies where in the container."""
    return {place: source for source, place, *_ in (each.split(":") for each in service.volumes)}


def test_prometheus_is_told_by_the_file_for_containers() -> None:
    service = PROJECT.services["prometheus"]
    file = next(
        word.partition("=")[2]
        for word in service.command or ()
        if word.startswith("--config.file=")
    )

    assert mounted(service)[file] == "./deploy/prometheus.compose.yml"


def test_prometheus_asks_easel_where_it_listens() -> None:
    [job] = told("prometheus.compose.yml")["scrape_configs"]
    easel = PROJECT.services["easel"]

    assert job["static_configs"] == [{"targets": [f"easel:{easel.environment['EASEL_PORT']}"]}]
    assert job["metrics_path"] == "/metrics"
    assert set(easel.networks) & set(PROJECT.services["prometheus"].networks)


def test_prometheus_finds_the_key_where_it_is_made() -> None:
    [job] = told("prometheus.compose.yml")["scrape_configs"]
    folder, _, name = job["authorization"]["credentials_file"].rpartition("/")
    maker, reader = PROJECT.services["watcher-key"], PROJECT.services["prometheus"]
    assert maker.entrypoint

    made_in, _, made = maker.entrypoint[1].rpartition("/")

    assert made == name
    assert mounted(maker)[made_in] == mounted(reader)[folder] == "keys"
    assert f"keys:{folder}:ro" in reader.volumes


def test_prometheus_is_in_the_group_that_may_read_the_key() -> None:
    user = stages_in()["runtime"].last("USER")

    assert user
    assert PROJECT.services["prometheus"].group_add == [user.said.partition(":")[2]]


def test_the_folder_of_the_key_belongs_to_who_makes_it() -> None:
    made = next(step.said for step in stages_in()["runtime"].steps if "useradd" in step.said)
    easel, maker = PROJECT.services["easel"], PROJECT.services["watcher-key"]

    # A volume takes its owner from what lies at its place in the image.
    folders = made.partition("install -d -o easel -g easel ")[2].split()
    assert {"/data", "/keys"} <= set(folders)
    assert "/data" in mounted(easel)
    assert "/keys" in mounted(maker)


def test_both_files_for_prometheus_measure_alike() -> None:
    here, contained = told("prometheus.yml"), told("prometheus.compose.yml")

    assert here["global"] == contained["global"]
    assert [job["job_name"] for job in here["scrape_configs"]] == ["easel"]
    assert [job["job_name"] for job in contained["scrape_configs"]] == ["easel"]


def test_grafana_asks_the_prometheus_beside_it() -> None:
    [source] = told("grafana/provisioning/datasources/prometheus.yml")["datasources"]
    grafana = PROJECT.services["grafana"]

    assert source["type"] == "prometheus"
    assert source["url"] == "${PROMETHEUS_URL}"
    assert grafana.environment["PROMETHEUS_URL"] == "http://prometheus:9090"
    assert set(grafana.networks) & set(PROJECT.services["prometheus"].networks)


def test_the_dashboard_reads_from_a_source_of_that_kind() -> None:
    [source] = told("grafana/provisioning/datasources/prometheus.yml")["datasources"]
    dashboard = json.loads((DEPLOY / "grafana" / "easel.json").read_text("utf-8"))
    variables = {each["name"]: each for each in dashboard["templating"]["list"]}
    named = {
        target["datasource"]["uid"]
        for panel in dashboard["panels"]
        for target in panel.get("targets", ())
    }

    assert source["isDefault"]
    assert named <= {"${datasource}", source["uid"]}
    assert variables["datasource"]["type"] == "datasource"
    assert variables["datasource"]["query"] == source["type"]


def test_grafana_finds_what_it_is_to_show() -> None:
    [provider] = told("grafana/provisioning/dashboards/easel.yml")["providers"]
    grafana = PROJECT.services["grafana"]
    places = mounted(grafana)
    home = grafana.environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]

    assert places["/etc/grafana/provisioning"] == "./deploy/grafana/provisioning"
    assert places[f"{provider['options']['path']}/easel.json"] == "./deploy/grafana/easel.json"
    assert home == f"{provider['options']['path']}/easel.json"


def test_nobody_looks_without_a_password() -> None:
    grafana = PROJECT.services["grafana"]

    assert grafana.environment["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert grafana.environment["GF_USERS_ALLOW_SIGN_UP"] == "false"
    assert (
        grafana.environment["GF_SECURITY_ADMIN_PASSWORD__FILE"] == "/run/secrets/grafana_password"
    )
