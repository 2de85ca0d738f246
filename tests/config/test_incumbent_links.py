"""Links that another system knows: read from a list or a log, or refused by line."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.config.entra import json_stream
from provisor.config.incumbent_links import read_links
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid

START = datetime(2026, 3, 1, tzinfo=UTC)


def entry(key, account, minute=0, action="create", status="success", kind="User"):
    """One provisioningObjectSummary, with the parts that matter here."""
    return {
        "id": f"entry-{minute}",
        "activityDateTime": (START + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z"),
        "provisioningAction": action,
        "provisioningStatusInfo": {"status": status, "errorInformation": None},
        "sourceIdentity": {"id": key, "displayName": "", "identityType": kind, "details": {}},
        "targetIdentity": {"id": account, "displayName": "", "identityType": kind, "details": {}},
    }


def written(folder, content, name="links"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def of_log(folder, *entries, wanted=ObjectType.USERS):
    return read_links(written(folder, json.dumps(list(entries), indent=1)), wanted)


def refused(path):
    with pytest.raises(SettingInvalid) as caught:
        read_links(path)
    assert list(caught.value.parts()) == ["what", "where", "found", "safe", "next"]
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "key,account\nE1,a1\nE2,a2\n",
        "key,account\r\nE2,a2\r\n\r\nE1,a1",
        "\ufeffKey;Account\nE1;a1\nE2;a2\n",
        "Account ID\tnote\tSource Key\na1\tx\tE1\na2\t\tE2\n",
        "E1,a1\nE2,a2\n",
        'key,account\n"E1","a1"\n E2 , a2 \nE1,a1\n',
        "nativeId,key\na1,E1\na2,E2\n",
    ],
)
def test_a_plain_list_is_read_under_any_usual_header(tmp_path, text):
    assert read_links(written(tmp_path, text)) == (("E1", "a1"), ("E2", "a2"))


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("key,account\nE1,a1\nE1,a2\n", "line 3", "line 2"),
        ("key,account\nE1,a1\nE2,a1\n", "line 3", "line 2"),
        ("key,account\nE1,a1\nE2,\n", "line 3", "no account"),
        ("key,account\n,a1\n", "line 2", "no key"),
        ("key,account\nE1\n", "line 2", "columns"),
        ("employee,login,mail\nE1,a1,m\n", "line 1", "`key`"),
        ("", "links", "no link"),
        ('key,account\nE1,"a1', "links", "CSV"),
        (b"key,account\nE\xff,a1\n", "links", "UTF-8"),
        (b"\xff\xfek\0e\0y\0", "links", "UTF-8"),
        ("[{}, 1]", "line 1", "not an object"),
        ("[{}", "line 1", "JSON"),
        ('[{"a": \n\n nothing}]', "line 1", "JSON"),
        ("[" * 100_000, "line 1", "nested"),
        ('{"value": [], "@odata.nextLink": "https://example.org"}', "line 1", "several"),
    ],
)
def test_a_faulty_file_is_refused_by_line(tmp_path, text, line, word):
    error = refused(written(tmp_path, text))

    assert line in error.where
    assert word in f"{error.what} {error.found}"


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert "cannot be read" in refused(tmp_path / "nothing.csv").what
    assert "cannot be read" in refused(tmp_path).what


def test_no_value_of_the_file_stands_in_a_refusal(tmp_path):
    secret = "anna.example"
    for text in (
        f"key,account\n{secret},a\n{secret},b\n",
        f"key,account\na,{secret}\nb,{secret}\n",
        f"{secret},{secret},{secret}\n",
    ):
        assert secret not in str(refused(written(tmp_path, text)))


def test_the_newest_entry_wins_wherever_it_stands(tmp_path):
    entries = [entry("E1", "a1", 1), entry("E1", "a3", 3), entry("E1", "a2", 2)]

    assert of_log(tmp_path, *entries) == (("E1", "a3"),)


def test_a_delete_ends_a_link_and_a_later_create_begins_another(tmp_path):
    gone = [entry("E1", "a1", 1), entry("E1", "a1", 2, "delete")]

    assert of_log(tmp_path, *gone) == ()
    assert of_log(tmp_path, *gone, entry("E1", "a2", 3)) == (("E1", "a2"),)


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("delete", "failure"),
        ("delete", "skipped"),
        ("stageddelete", "success"),
        ("disable", "success"),
    ],
)
def test_an_account_that_still_exists_stays_linked(tmp_path, action, status):
    entries = [entry("E1", "a1", 1), entry("E1", "a1", 2, action, status)]

    assert of_log(tmp_path, *entries) == (("E1", "a1"),)


def test_a_failed_entry_and_one_without_an_account_say_nothing(tmp_path):
    entries = [
        entry("E1", "a1", 1),
        entry("E1", "a9", 2, status="failure"),
        entry("E1", "", 3, status="skipped"),
    ]

    assert of_log(tmp_path, *entries) == (("E1", "a1"),)


def test_users_and_groups_of_one_log_are_told_apart(tmp_path):
    entries = [
        entry("E1", "a1"),
        entry("G1", "g1", kind="Group"),
        entry("R1", "r1", kind="RolesCompound"),
    ]

    assert of_log(tmp_path, *entries) == (("E1", "a1"),)
    assert of_log(tmp_path, *entries, wanted=ObjectType.GROUPS) == (("G1", "g1"),)


def test_a_worker_who_becomes_a_user_is_a_user(tmp_path):
    told = entry("W1", "a1")
    told["sourceIdentity"]["identityType"] = "Worker"

    assert of_log(tmp_path, told) == (("W1", "a1"),)


def test_two_keys_of_one_account_in_a_log_are_refused_by_line(tmp_path):
    error = refused(written(tmp_path, json.dumps([entry("E1", "a1"), entry("E2", "a1", 5)])))

    assert "two keys" in error.what


def test_an_entry_without_a_time_is_refused(tmp_path):
    told = entry("E1", "a1")
    told["activityDateTime"] = "5/4/2019 3:00 AM"

    assert "no time" in refused(written(tmp_path, json.dumps([told]))).what


def flat(told):
    """The entry as one row of a CSV file."""
    return {
        "id": told["id"],
        "activityDateTime": told["activityDateTime"],
        "provisioningAction": told["provisioningAction"],
        "provisioningStatusInfo.status": told["provisioningStatusInfo"]["status"],
        "sourceIdentity.id": told["sourceIdentity"]["id"],
        "sourceIdentity.identityType": told["sourceIdentity"]["identityType"],
        "targetIdentity.id": told["targetIdentity"]["id"],
        "targetIdentity.identityType": told["targetIdentity"]["identityType"],
    }


def tabled(told):
    """The entry as one row of the table AADProvisioningLogs."""
    return {
        "TimeGenerated": told["activityDateTime"],
        "ProvisioningAction": told["provisioningAction"],
        "ResultType": told["provisioningStatusInfo"]["status"].capitalize(),
        "SourceIdentity": json.dumps(told["sourceIdentity"]),
        "TargetIdentity": json.dumps(told["targetIdentity"]),
    }


def as_csv(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


FORMS = {
    "list": lambda told: json.dumps(told, indent=2),
    "page of Graph": lambda told: json.dumps({"@odata.context": "x", "value": told}),
    "two pages": lambda told: (
        json.dumps({"@odata.nextLink": "https://example.org/2", "value": told[:1]})
        + "\n"
        + json.dumps({"value": told[1:]})
    ),
    "JSON Lines": lambda told: "\n".join(map(json.dumps, told)),
    "diagnostic settings": lambda told: "\n".join(
        json.dumps({"category": "ProvisioningLogs", "properties": one}) for one in told
    ),
    "CSV": lambda told: as_csv([flat(one) for one in told]),
    "Log Analytics": lambda told: as_csv([tabled(one) for one in told]),
}

LOGS = st.lists(
    st.builds(
        entry,
        st.sampled_from(["E1", "E2", "E3"]),
        st.sampled_from(["a1", "a2", "a3", ""]),
        st.integers(0, 5),
        st.sampled_from(["create", "update", "delete", "disable"]),
        st.sampled_from(["success", "failure", "skipped"]),
        st.sampled_from(["User", "Group"]),
    ),
    min_size=1,
    max_size=8,
)


def answer(path):
    try:
        return read_links(path)
    except SettingInvalid as error:
        return error.what


@given(LOGS)
def test_every_form_of_a_log_says_the_same(tmp_path_factory, told):
    folder = tmp_path_factory.getbasetemp()
    answers = {name: answer(written(folder, form(told))) for name, form in FORMS.items()}

    assert len(set(answers.values())) == 1


def test_a_quarrel_that_a_newer_entry_settled_is_none(tmp_path):
    entries = [entry("E1", "a1", 1), entry("E1", "a2", 1), entry("E1", "a3", 2)]

    assert of_log(tmp_path, *entries) == (("E1", "a3"),)
    assert of_log(tmp_path, *reversed(entries)) == (("E1", "a3"),)
    assert "one key" in refused(written(tmp_path, json.dumps(entries[:2]))).what


@given(LOGS, st.randoms(use_true_random=False))
def test_the_order_of_a_log_does_not_matter(tmp_path_factory, told, chance):
    folder = tmp_path_factory.getbasetemp()
    before = answer(written(folder, json.dumps(told)))
    chance.shuffle(told)
    after = answer(written(folder, json.dumps(told)))

    assert before == after


@given(LOGS, st.integers(1, 64))
def test_chunks_of_any_size_read_the_same(tmp_path_factory, told, size):
    path = written(tmp_path_factory.getbasetemp(), json.dumps(told, indent=1))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_stream, "_CHUNK", size)

        with path.open(encoding="utf-8") as file:
            read = list(json_stream.json_objects(file, "x"))

    assert [value for _, value in read] == told
    text = path.read_text(encoding="utf-8").splitlines()
    assert all(text[line - 1].strip() == "{" for line, _ in read)


def test_a_large_log_is_not_held_in_memory(tmp_path):
    lines = (json.dumps(entry(f"E{n % 7}", f"a{n % 7}", n)) for n in range(3000))
    path = written(tmp_path, "[" + ",\n".join(lines) + "]")
    longest = []

    class Window(json_stream._Window):
        def _read(self):
            super()._read()
            longest.append(len(self._text))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_stream, "_Window", Window)
        patched.setattr(json_stream, "_CHUNK", 4096)

        assert len(read_links(path)) == 7

    assert max(longest) < 3 * 4096


@given(st.binary(max_size=200))
def test_whatever_stands_in_a_file_is_answered(tmp_path_factory, content):
    path = written(tmp_path_factory.getbasetemp(), content)
    try:
        links = read_links(path)
    except SettingInvalid:
        refused(path)
    else:
        assert all(key and account for key, account in links)
