from pathlib import Path

import pytest

from provisor.config.loading import load
from tests.config.samples import loaded, spoilt


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("path: hr.csv", "{folder}/hr.csv"),
        ("path: /data/hr.csv", "/data/hr.csv"),
        ("key_path: a/b.pem", "{folder}/a/b.pem"),
        ("ca_file: ca.pem", "{folder}/ca.pem"),
        ("rows_from: hr.count", "{folder}/hr.count"),
        ("digest_from: hr.sha256", "{folder}/hr.sha256"),
        ("url: sqlite:///app.db", "sqlite:///{folder}/app.db"),
        ("url: sqlite+pysqlite:///app.db?mode=ro", "sqlite+pysqlite:///{folder}/app.db?mode=ro"),
        ("url: sqlite:////data/app.db", "sqlite:////data/app.db"),
        ("url: 'sqlite:///:memory:'", "sqlite:///:memory:"),
        ("url: sqlite://", "sqlite://"),
        ("url: http://a.example/path", "http://a.example/path"),
        ("query: select path from t", "select path from t"),
        ("path: {env: APP_TOKEN}", "{folder}/s3cr3t-token-value"),
        ("seconds: 2.5", 2.5),
        ("pathname: x", "x"),
    ],
)
def test_paths_start_at_the_configuration_wherever_they_stand(tmp_path, setting, expected):
    text = spoilt("token: {env: APP_TOKEN}", f"deep: [{{inside: {{{setting}}}}}]")

    (found,) = loaded(tmp_path, text).settings_for_connector("app")["deep"][0]["inside"].values()

    meant = expected.format(folder=tmp_path) if isinstance(expected, str) else expected
    assert found == meant
    assert type(found) is type(meant)


def test_the_store_lies_beside_the_configuration(tmp_path):
    assert loaded(tmp_path).store_url() == f"sqlite:///{tmp_path}/state/provisor.db"


def test_a_configuration_that_is_named_relatively_gives_absolute_paths(tmp_path, monkeypatch):
    loaded(tmp_path)
    monkeypatch.chdir(tmp_path)

    configuration = load(Path("provisor.yaml"), {})

    assert configuration.folder == tmp_path
    assert configuration.store_url() == f"sqlite:///{tmp_path}/state/provisor.db"
