"""What a database's complaint means, without ever repeating it: complaints quote values.

Source: SQLSTATE classes of ISO/IEC 9075-2 (PostgreSQL and others), SQLite's extended result
codes, MySQL's error numbers.
"""

from __future__ import annotations

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from provisor.errors import (
    AuthFailed,
    Conflict,
    InvalidValue,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    ReferenceMissing,
    TargetProblem,
    Transient,
    Unsupported,
)

UNFIT = (OverflowError, UnicodeError, ValueError)
"""What drivers raise themselves for a value that cannot travel; only around a statement."""

_CODES: dict[str, tuple[type[TargetProblem], str]] = {
    "SQLITE_BUSY": (Transient, "the database is locked by another writer"),
    "SQLITE_LOCKED": (Transient, "the database is locked by another writer"),
    "SQLITE_CANTOPEN": (Transient, "the database file cannot be opened"),
    "SQLITE_IOERR": (Transient, "the disk of the database failed"),
    "SQLITE_READONLY": (PermissionDenied, "the database may not be written"),
    "SQLITE_PERM": (PermissionDenied, "the database may not be opened"),
    "SQLITE_FULL": (QuotaExceeded, "the disk of the database is full"),
    "SQLITE_CORRUPT": (Unsupported, "the database file is damaged"),
    "SQLITE_NOTADB": (Unsupported, "the file is no database"),
    "SQLITE_CONSTRAINT_UNIQUE": (Conflict, "another row holds a unique value"),
    "SQLITE_CONSTRAINT_PRIMARYKEY": (Conflict, "another row has this id"),
    "SQLITE_CONSTRAINT_FOREIGNKEY": (ReferenceMissing, "the row that a value refers to is absent"),
    "SQLITE_CONSTRAINT_NOTNULL": (InvalidValue, "a required column has no value"),
    "SQLITE_CONSTRAINT": (InvalidValue, "a rule of the database refused the row"),
    "SQLITE_TOOBIG": (InvalidValue, "a value is too large"),
    "SQLITE_MISMATCH": (InvalidValue, "a value has the wrong type"),
    "08": (Transient, "the connection to the database failed"),
    "22": (InvalidValue, "a value has the wrong type or size"),
    "23502": (InvalidValue, "a required column has no value"),
    "23503": (ReferenceMissing, "the row that a value refers to is absent"),
    "23505": (Conflict, "another row holds a unique value"),
    "23": (InvalidValue, "a rule of the database refused the row"),
    "25006": (PermissionDenied, "the database may not be written"),
    "28": (AuthFailed, "the database did not accept our credentials"),
    "3D000": (NotFound, "the database is not there"),
    "40": (Transient, "the transaction gave way to another"),
    "42501": (PermissionDenied, "the database does not allow this to our credentials"),
    "42": (Unsupported, "the database does not know a table, a column or the query"),
    "53300": (Transient, "the database takes no more connections"),
    "53": (QuotaExceeded, "the database has no room left"),
    "55": (Transient, "the database is busy with the object"),
    "57": (Transient, "the database stopped the statement"),
}

_NUMBERS: dict[int, tuple[type[TargetProblem], str]] = {
    1044: _CODES["42501"],
    1045: _CODES["28"],
    1048: _CODES["23502"],
    1062: _CODES["23505"],
    1142: _CODES["42501"],
    1205: _CODES["SQLITE_BUSY"],
    1213: _CODES["40"],
    1451: (Conflict, "other rows refer to this one"),
    1452: _CODES["23503"],
}


def is_lost(error: SQLAlchemyError) -> bool:
    """Say whether the connection is gone, so that what was sent last may have been done."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def problem_of(error: SQLAlchemyError | ValueError | OverflowError, where: str) -> TargetProblem:
    """Return our word for a complaint; nothing of its text but a column's name is kept."""
    if not isinstance(error, SQLAlchemyError):
        return InvalidValue("a value cannot travel to the database", where=where)
    if is_lost(error):
        return Transient("the connection to the database was lost", where=where)
    kind, what = _meaning(error)
    if issubclass(kind, InvalidValue):
        return kind(what, attribute=_column(error), where=where)
    return kind(what, where=where)


def _meaning(error: SQLAlchemyError) -> tuple[type[TargetProblem], str]:
    origin = error.orig if isinstance(error, DBAPIError) else None
    number = origin.args[0] if origin is not None and origin.args else None
    if isinstance(number, int) and number in _NUMBERS:
        return _NUMBERS[number]
    code = _code(origin)
    # From the exact code to its family: SQLITE_BUSY_SNAPSHOT is busy, 22001 is of class 22.
    families = (code[:length] for length in range(len(code), 1, -1))
    return next((_CODES[f] for f in families if f in _CODES), _kind(error))


def _kind(error: SQLAlchemyError) -> tuple[type[TargetProblem], str]:
    """Return what the kind of complaint says, where its code says nothing to us."""
    match error:
        case IntegrityError():
            return Conflict, "a rule of the database refused the row"
        case DataError():
            return InvalidValue, "a value has the wrong type or size"
        case DBAPIError():
            return Transient, "the database answered with a fault that we do not know"
        case _:
            return Unsupported, "the database cannot do what was asked"


def _code(origin: BaseException | None) -> str:
    """Return SQLite's name of the code, or the SQLSTATE; empty when there is neither."""
    named = (getattr(origin, name, None) for name in ("sqlite_errorname", "sqlstate", "pgcode"))
    return next((code for code in named if isinstance(code, str)), "")


def _column(error: SQLAlchemyError) -> str:
    """Return the column that a missing value is about, where the complaint names it."""
    origin = error.orig if isinstance(error, DBAPIError) else None
    named = getattr(getattr(origin, "diag", None), "column_name", None)
    if isinstance(named, str):
        return named
    if getattr(origin, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_NOTNULL":
        return str(origin).rpartition(".")[2]
    return ""
