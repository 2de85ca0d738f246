"""Whether files stand as they stood when they were read last, without reading them again.

A file has no history. What can be known for the price of a look at its folder is that nobody
touched it: the time at which its status changed moves with every write, rename and copy, and no
program can set it back.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

from connectors._files_settings import FileSettings

REST_SECONDS: Final = 2
"""Two writes within one tick of a file system's clock look alike; so long a file must rest."""


def mark_of(file: FileSettings, now: datetime) -> str | None:
    """Return a digest of how the file, its control records and its settings stand.

    None where a file is missing, or was touched so lately that a further write might not show.
    """
    expect = file.expect
    paths = [file.path, *(path for path in (expect.rows_from, expect.digest_from) if path)]
    parts = [file.model_dump_json()]
    for path in paths:
        try:
            status = Path(path).stat()
        except OSError:
            return None
        if now.timestamp() < status.st_ctime + REST_SECONDS:
            return None
        parts.append(
            f"{path} {status.st_dev} {status.st_ino} {status.st_size} "
            f"{status.st_mtime_ns} {status.st_ctime_ns}"
        )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
