import sys

import pytest

from provisor.config.loading import load, problems
from provisor.errors import LiteralSecret, SecretMissing
from provisor.ports.secret import Secret
from tests.config.samples import ENVIRONMENT, SAMPLE, TOKEN, loaded, spoilt, write

REFERENCE = "token: {env: APP_TOKEN}"
LITERAL = "hunter2-correct-horse"


def with_setting(setting):
    """The sample whose application has this setting instead of its token."""
    return spoilt(REFERENCE, setting)


@pytest.mark.parametrize(
    "setting",
    [
        f"token: {LITERAL}",
        f"password: '{LITERAL}'",
        f"client_secret: {LITERAL}",
        f"clientSecret: {LITERAL}",
        f"api-key: {LITERAL}",
        f"API_KEY: {LITERAL}",
        f"bind_password: {LITERAL}",
        f"private_key: |\n      {LITERAL}\n",
        "password: 20310407",
        f"tokens: {{access_token: {LITERAL}}}",
        f"accounts: [{{name: a, password: {LITERAL}}}]",
        f"token: [{LITERAL}]",
        f"headers: {{Authorization: Bearer {LITERAL}}}",
        f"proxy: http://me:{LITERAL}@proxy.example",
        f"proxy: http://me:{LITERAL}/x@proxy.example:8080/",
        f"endpoint: https://a.example/?api_key={LITERAL}",
        f"dsn: postgresql+psycopg://:{LITERAL}@db.example/hr",
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_shown(tmp_path, setting):
    (error,) = problems(write(tmp_path, with_setting(setting)))

    assert type(error) is LiteralSecret
    assert error.where.startswith("provisor.yaml line 15, systems.app")
    assert LITERAL not in str(error) + repr(error) + repr(error.__dict__)
    assert "20310407" not in str(error)


@pytest.mark.parametrize(
    "setting",
    [
        REFERENCE,
        "token: {file: token.txt}",
        "token: {keyring: {service: app, user: provisor}}",
        "token_url: https://a.example/token",
        "secret_attribute: password",
        "page: http://a.example:8080/@me",
        "page: http://a.example:8080",
        "contact: postmaster@a.example",
        "dsn: postgresql://reader@db.example/hr",
        "password: null",
    ],
)
def test_a_reference_and_an_innocent_setting_are_left_alone(tmp_path, setting):
    assert problems(write(tmp_path, with_setting(setting))) == ()


def test_the_store_takes_no_password_either(tmp_path):
    text = spoilt("sqlite:///state/provisor.db", f"postgresql://a:{LITERAL}@db/p")

    (error,) = problems(write(tmp_path, text))

    assert type(error) is LiteralSecret
    assert LITERAL not in str(error)


@pytest.mark.parametrize(
    "value", [f'"{LITERAL}"', f"[{LITERAL}]", f"{{env: {LITERAL}}}", f"{{file: [{LITERAL}]}}"]
)
def test_a_misplaced_secret_is_not_repeated(tmp_path, value):
    for text in (
        spoilt("{mode: os}", f"{{mode: {value}}}"),
        spoilt("{count: 20, percent: 5}", f"{{count: {value}}}"),
        with_setting(f"token: {value}"),
    ):
        for error in problems(write(tmp_path, text)):
            assert LITERAL not in str(error) + repr(error)


def test_secrets_are_opened_for_the_connector_only(tmp_path):
    configuration = loaded(tmp_path)

    settings = configuration.settings_for_connector("app")

    assert settings["token"] == Secret(TOKEN)
    assert TOKEN not in repr(settings)
    assert TOKEN not in repr(configuration)
    assert TOKEN not in str(configuration)


def test_a_variable_that_is_not_set_is_missing(tmp_path):
    configuration = load(write(tmp_path, SAMPLE), {"APP_TOKEN": ""})

    with pytest.raises(SecretMissing) as caught:
        configuration.settings_for_connector("app")

    assert caught.value.what == "the variable `APP_TOKEN` is not set"
    assert caught.value.where == "provisor.yaml line 15, systems.app.token"
    assert caught.value.next == "set `APP_TOKEN`"


def test_a_secret_in_a_file_is_read_beside_the_configuration(tmp_path):
    (tmp_path / "token.txt").write_text(f"{TOKEN}\n")

    settings = loaded(tmp_path, with_setting("token: {file: token.txt}"))

    assert settings.settings_for_connector("app")["token"] == Secret(TOKEN)


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
def test_a_file_without_a_secret_is_missing(tmp_path, content):
    if content is not None:
        (tmp_path / "token.txt").write_bytes(content)
    configuration = loaded(tmp_path, with_setting("token: {file: token.txt}"))

    with pytest.raises(SecretMissing, match=r"no secret can be read from `token\.txt`"):
        configuration.settings_for_connector("app")


def test_a_secrets_file_that_others_can_read_is_a_warning(tmp_path):
    secret = tmp_path / "token.txt"
    secret.write_text(TOKEN)
    secret.chmod(0o644)
    configuration = loaded(tmp_path, with_setting("token: {file: token.txt}"))

    (warning,) = configuration.warnings()
    secret.chmod(0o600)

    assert "can be read by other users: provisor.yaml line 15, systems.app.token" in warning
    assert configuration.warnings() == ()


@pytest.fixture
def keyring(tmp_path, monkeypatch):
    """A folder that is found as the package `keyring`, whether or not the real one is there."""
    package = tmp_path / "keyring"
    package.mkdir()
    for name in [name for name in sys.modules if name.split(".")[0] == "keyring"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    yield package
    for name in [name for name in sys.modules if name.split(".")[0] == "keyring"]:
        del sys.modules[name]


def test_a_missing_keyring_says_what_to_install(tmp_path, keyring):
    (keyring / "__init__.py").write_text("raise ImportError\n")
    text = with_setting("token: {keyring: {service: app, user: provisor}}")

    with pytest.raises(SecretMissing) as caught:
        loaded(tmp_path, text).settings_for_connector("app")

    assert "pip install 'provisor[keyring]'" in caught.value.next
    assert caught.value.where == "provisor.yaml line 15, systems.app.token"


def test_the_keyring_is_asked_for_service_and_user(tmp_path, keyring):
    (keyring / "errors.py").write_text("class KeyringError(Exception): ...\n")
    (keyring / "__init__.py").write_text(
        "from keyring.errors import KeyringError\n"
        "def get_password(service, user):\n"
        "    if user == 'locked': raise KeyringError\n"
        f"    return {TOKEN!r} if (service, user) == ('app', 'me') else None\n"
    )
    text = with_setting(
        "token: {keyring: {service: app, user: me}}\n"
        "  other:\n    connector: scim\n    token: {keyring: {service: app, user: locked}}"
    )
    configuration = loaded(tmp_path, text)

    assert configuration.settings_for_connector("app")["token"] == Secret(TOKEN)
    with pytest.raises(SecretMissing, match="the keyring has no entry for `locked` at `app`"):
        configuration.settings_for_connector("other")


def test_the_stores_address_may_be_a_reference(tmp_path):
    text = spoilt("url: sqlite:///state/provisor.db", "url: {env: STORE}")

    address = loaded(tmp_path, text, {"STORE": "sqlite:///own.db"}).store_url()

    assert address == Secret(f"sqlite:///{tmp_path}/own.db")
    with pytest.raises(SecretMissing, match="`STORE`"):
        loaded(tmp_path, text, {}).store_url()


def test_every_secret_of_a_run_can_be_asked_for_before_it_begins(tmp_path):
    configuration = load(write(tmp_path, SAMPLE), {})

    assert configuration.settings_for_connector("hr")
    with pytest.raises(SecretMissing):
        configuration.settings_for_connector("app")
    assert load(write(tmp_path, SAMPLE), ENVIRONMENT).settings_for_connector("app")
