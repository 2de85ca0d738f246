"""A run that goes on where another ended counts each case once."""

from datetime import UTC, datetime

from tests.faults.figures import BEGIN, END, Part, read_figures, write_figures

FIRST = Part("a call goes wrong", 1_062, 4_392, 0, 1, 901.0, ())
SECOND = Part("a call goes wrong", 930, 4_392, 0, 2, 800.0, ("it broke",))


def test_figures_are_read_as_they_were_written_and_add_up(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\n{END}\nafter\n")
    write_figures(page, datetime(2031, 1, 2, tzinfo=UTC), 6, [FIRST])

    earlier = read_figures(page)
    write_figures(page, datetime(2031, 1, 3, tzinfo=UTC), 6, [earlier.and_then(SECOND)])
    both = read_figures(page).parts[FIRST.name]

    assert (earlier.seed, earlier.parts) == (6, {FIRST.name: FIRST})
    assert earlier.tried(FIRST.name) == 1_062
    assert earlier.tried("another kind") == 0
    assert (both.tried, both.of, both.cycles, both.seconds) == (1_992, 4_392, 2, 1_701.0)
    assert len(both.broken) == 1
    assert page.read_text().startswith("before")
    assert page.read_text().endswith("after\n")
