import pytest

from provisor.config.loading import load, problems
from provisor.errors import (
    CONFIGURATION_WRONG,
    ConfigurationError,
    LiteralSecret,
    SettingInvalid,
    UnknownName,
)
from tests.config.samples import SAMPLE, loaded, spoilt, write
from tests.config.wrong_settings import SECOND_JOB, TITLE, WRONG


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_line_and_what_to_do(tmp_path, name):
    old, new, kind, line, hint = WRONG[name]

    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, spoilt(old, new))

    error = caught.value
    assert type(error) is kind
    assert error.exit_code == CONFIGURATION_WRONG
    assert error.where.startswith(f"provisor.yaml line {line}")
    assert error.safe.startswith("nothing was read and nothing was written")
    assert hint in error.next


def test_the_sample_of_the_manual_is_right(tmp_path):
    assert problems(write(tmp_path, SAMPLE)) == ()


def test_the_place_is_file_line_and_setting(tmp_path):
    (error,) = problems(write(tmp_path, spoilt(TITLE, "title: [job_title]")))

    assert error.where == "provisor.yaml line 29, jobs.hr-to-app.users.attributes.title"


def test_a_fault_in_an_expression_is_pointed_at_with_column_and_caret(tmp_path):
    (error,) = problems(write(tmp_path, spoilt("[job_title]", 'ToLowr(\\"a\\")')))
    (plain,) = problems(write(tmp_path, spoilt('"[job_title]"', "'Upper([job_title])'")))

    assert "line 29 column 30, " in error.where
    assert "line 29 column 30, " in plain.where
    assert plain.found.split("\n")[:2] == [
        "expression: 'Upper([job_title])'",
        " " * 9 + " " * 13 + "^",
    ]
    assert f"\n  found: expression: 'Upper([job_title])'\n{' ' * 22}^" in str(plain)


def test_every_problem_is_listed_in_the_order_of_the_file(tmp_path):
    text = spoilt("percent: 5}", "percent: 500}", spoilt("Europe/Berlin", "Europe/Paaris"))
    text = spoilt("token: {env: APP_TOKEN}", "token: abc", text)

    found = problems(write(tmp_path, text))

    assert [type(error) for error in found] == [UnknownName, LiteralSecret, SettingInvalid]
    with pytest.raises(UnknownName):
        load(tmp_path / "provisor.yaml", {})


def test_a_misspelt_setting_is_one_problem_not_also_a_missing_one(tmp_path):
    (error,) = problems(write(tmp_path, spoilt("source: hr", "sorce: hr")))

    assert error.next == "did you mean `source`?"


def test_a_job_needs_rules_for_users_or_for_groups(tmp_path):
    text = "version: 1\nsystems: {a: {connector: sql}, b: {connector: sql}}\njobs:\n  j:\n"

    (error,) = problems(write(tmp_path, text + "    source: a\n    target: b\n"))

    assert error.what == "a job has rules for neither `users` nor `groups`"
    assert error.where == "provisor.yaml line 4, jobs.j"


def test_a_circle_of_jobs_is_named_once(tmp_path):
    users = "users: {{lifecycle: none, attributes: {{a{}: '[x]'}}}}"
    job = f"    {{{{source: hr, target: app, after: [{{}}], {users}}}}}\n"
    circle = "".join(f"  {a}:\n{job.format(b, a)}" for a, b in (("a", "b"), ("b", "c"), ("c", "a")))

    found = problems(write(tmp_path, spoilt("entitlements: {}", circle + "entitlements: {}")))

    assert [error.what for error in found] == ["3 jobs wait for each other"]
    assert found[0].found == "a after b after c after a"


def test_jobs_in_a_row_are_right(tmp_path):
    assert loaded(tmp_path, spoilt("entitlements: {}", SECOND_JOB)).jobs == (
        "hr-to-app",
        "second",
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(b"", "the configuration file is empty", id="empty"),
        pytest.param(b"# only a remark\n", "the configuration file is empty", id="remark"),
        pytest.param(b"---\n...\n", "the configuration file is empty", id="null"),
        pytest.param(b"- a\n", "the configuration file is not a mapping", id="list"),
        pytest.param(b"version: 1\nx: \xe9\n", "the configuration file is not UTF-8", id="latin-1"),
        pytest.param(b"version:\n\t- 1\n", "a line is indented with a tab", id="tab"),
        pytest.param(b"#" * 5_000_000, "the configuration file is too large", id="large"),
    ],
)
def test_a_file_that_is_no_configuration_says_so(tmp_path, content, what):
    (error,) = problems(write(tmp_path, content))

    assert type(error) is SettingInvalid
    assert error.what == what
    assert error.next


def test_a_byte_that_is_not_utf_8_is_named_by_its_line(tmp_path):
    (error,) = problems(write(tmp_path, b"version: 1\n# \xff\n"))

    assert error.where == "provisor.yaml line 2"


def test_a_byte_order_mark_is_no_fault(tmp_path):
    assert problems(write(tmp_path, b"\xef\xbb\xbf" + SAMPLE.encode())) == ()


def test_a_missing_file_and_a_folder_say_so(tmp_path):
    (missing,) = problems(tmp_path / "absent.yaml")
    (folder,) = problems(tmp_path)

    assert missing.what == "there is no configuration file"
    assert missing.next == "name it with `--config FILE`"
    assert folder.what == "the configuration is a folder"


def test_a_name_that_cannot_be_a_path_says_so(tmp_path):
    (error,) = problems(tmp_path / "a\0b.yaml")

    assert error.what == "the configuration file cannot be read: its name cannot be a path"


@pytest.mark.parametrize("address", ["12", "[a]", "{path: x}", "{env: }"])
def test_an_address_is_text_or_a_reference(tmp_path, address):
    (error,) = problems(write(tmp_path, spoilt("sqlite:///state/provisor.db", address)))

    assert error.where == "provisor.yaml line 3, store.url"
    assert type(error) is SettingInvalid


def test_an_unknown_job_or_system_is_answered_with_the_nearest(tmp_path):
    configuration = loaded(tmp_path)

    with pytest.raises(UnknownName) as job:
        configuration.job("hr-to-ap")
    with pytest.raises(UnknownName) as system:
        configuration.system("ap")

    assert job.value.next == "did you mean `hr-to-app`?"
    assert system.value.next == "did you mean `app`?"


def test_a_connectors_complaint_gets_its_file_and_line(tmp_path):
    configuration = loaded(tmp_path)
    complaint = SettingInvalid("a setting is wrong", where="objects.groups.path")

    located = configuration.located(complaint, "hr")

    assert located.where == "provisor.yaml line 10, systems.hr.objects.groups.path"
    assert located.safe == "nothing was read and nothing was written"


def test_a_complaint_about_a_name_with_dots_finds_its_line(tmp_path):
    text = spoilt("connector: scim", "connector: scim\n    columns:\n      name.first: {a: [1, 2]}")
    complaint = SettingInvalid("wrong", where="columns.name.first.a.1")

    located = loaded(tmp_path, text).located(complaint, "app")

    assert located.where == "provisor.yaml line 15, systems.app.columns.name.first.a.1"


def test_an_installation_answers_with_its_policies(tmp_path):
    text = spoilt("mode: os", "mode: asserted") + "approvals: {four_eyes: false, expiry_hours: 2}\n"

    configuration = loaded(tmp_path, text)

    assert configuration.asserted
    assert not configuration.approvals.four_eyes
    assert configuration.approvals.expiry_hours == 2
    assert configuration.approvals.destructive_expiry_hours == 8


def test_loading_asks_for_no_secret(tmp_path):
    assert load(write(tmp_path, SAMPLE), {}).jobs == ("hr-to-app",)
