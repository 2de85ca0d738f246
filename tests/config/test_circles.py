"""Values that go round between two jobs: allowed where they come to rest, refused where not."""

import pytest

from provisor.config.loading import problems
from tests.stories.chains import TO_DIRECTORY, TO_HR, laid

LOGIN = 'login: "ToLower([surname])"'
BACK = f"[{TO_DIRECTORY}.mail]"


def circle(folder, forth, back):
    """A directory whose mail is made of HR's, and an HR whose mail is made of the directory's."""
    chain = laid(folder)
    chain.edit(LOGIN, f"{LOGIN}\n        mail: {forth}")
    chain.edit(f'attributes: {{mail: "{BACK}"}}', f"attributes: {{mail: '{back}'}}")
    return problems(chain.file)


@pytest.mark.parametrize(
    ("forth", "back"),
    [
        ("'[mail] & \"x\"'", BACK),
        ("'\"x\" & [mail]'", f"ToLower({BACK})"),
        ('"[mail]"', f'Join("", {BACK}, "x")'),
        ('\'IIF([mail] = "a", "b", "a")\'', BACK),
    ],
)
def test_a_circle_that_never_comes_to_rest_is_refused_with_both_places(tmp_path, forth, back):
    (found,) = circle(tmp_path, forth, back)

    assert "never come to rest" in found.what
    assert f"jobs.{TO_HR}.users.attributes.mail" in found.where
    assert f"`{TO_DIRECTORY}`" in found.found
    assert found.exit_code == 2


@pytest.mark.parametrize(
    ("forth", "back"),
    [
        ('"[mail]"', BACK),
        ("'Coalesce([mail], [surname] & \"@example.org\")'", BACK),
        ('"ToLower([mail])"', BACK),
        ("{expression: '[mail] & \"x\"', apply: on_create}", BACK),
        ('"[surname]"', f'{BACK} & "x"'),
    ],
)
def test_a_circle_that_comes_to_rest_is_right(tmp_path, forth, back):
    assert circle(tmp_path, forth, back) == ()
