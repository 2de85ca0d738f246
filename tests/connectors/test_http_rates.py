"""What headers say of limits, in every spelling that is about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors._http import Answer, Silence
from connectors._http_rates import counts_told, heard
from provisor.ports.connector import Ending

NOON = datetime(2031, 4, 6, 12, 0, tzinfo=UTC)
EPOCH = int(NOON.timestamp())


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, (None, None)),
        ({"ratelimit-remaining": "3", "ratelimit-reset": "7"}, (3, 7.0)),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": f"{EPOCH + 7}"}, (3, 7.0)),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": f"{EPOCH + 60}"}, (0, 60.0)),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": f"{EPOCH + 7}000"}, (3, 7.0)),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": f"{EPOCH - 7}"}, (3, 0.0)),
        ({"x-ratelimit-remaining": "30, 2", "x-ratelimit-reset": "1.5"}, (2, 1.5)),
        (
            {"ratelimit-remaining": "1", "ratelimit-reset": "Sun, 06 Apr 2031 12:00:20 GMT"},
            (1, 20.0),
        ),
        ({"ratelimit": '"burst";r=9;t=1, "day";r=4;t=600'}, (4, 600.0)),
        ({"ratelimit": "limit=10, remaining=5"}, (None, None)),
        ({"x-ratelimit-remaining": "many", "x-ratelimit-reset": "soon"}, (None, None)),
    ],
)
def test_counts_are_read_in_every_spelling(headers, told):
    assert counts_told(headers, NOON) == told


@pytest.mark.parametrize(
    ("status", "headers", "ending", "seconds"),
    [
        (200, {}, Ending.ANSWERED, 0.0),
        (400, {}, Ending.ANSWERED, 0.0),
        (500, {}, Ending.FALTERED, 0.0),
        (503, {}, Ending.FALTERED, 0.0),
        (503, {"retry-after": "9"}, Ending.THROTTLED, 9.0),
        (429, {"retry-after": "9"}, Ending.THROTTLED, 9.0),
        (429, {"retry-after": "Sun, 06 Apr 2031 12:00:20 GMT"}, Ending.THROTTLED, 20.0),
        (429, {"retry-after": "7200"}, Ending.THROTTLED, 7200.0),
        (429, {}, Ending.THROTTLED, 1.0),
        (429, {"ratelimit-remaining": "0", "ratelimit-reset": "5"}, Ending.THROTTLED, 5.0),
    ],
)
def test_an_answer_says_whether_the_call_was_let_in(status, headers, ending, seconds):
    told = heard(Answer(status, headers, b""), NOON)

    assert (told.ending, told.wait_seconds) == (ending, seconds)


def test_silence_is_a_sign_of_trouble():
    assert heard(Silence("no answer", sent=True), NOON).ending is Ending.FALTERED
