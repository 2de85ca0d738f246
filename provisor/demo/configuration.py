"""The configuration of the demonstration: a file that people read, so it is written as they would.

Two jobs carry one HR export into two applications.
"""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import Final

from provisor.demo.files import write_whole

FILE: Final = "provisor.yaml"
CREW_JOB: Final = "hr-to-crew"
LEDGER_JOB: Final = "hr-to-ledger"

_TEXT: Final = Template(
    r"""# Marram & Quill does not exist; everything below works all the same.
# `provisor check` reads this file and says what is wrong with it, line by line.
version: 1
time_zone: Europe/Berlin
store: {url: sqlite:///state/provisor.db}
# Whoever `--as NAME` names is believed: right for a demonstration, and shown on every plan.
identity: {mode: asserted}

systems:
  hr: # three files that the HR department exports every night
    connector: files
    objects:
      users: {path: hr.csv, key: employee_id}
      groups: {path: groups.csv, key: id}
      # A member is an employee or, for nesting, another group.
      memberships: {path: members.csv, group: group_id, member: employee_id}

  crew: # a SCIM application; `provisor demo --serve` starts it again
    connector: scim
    url: $url
    token: {file: crew/token}
    page_size: 500

  ledger: # a database with three tables
    connector: sql
    url: sqlite:///ledger.db
    objects:
      users:
        table: accounts
        id: id
        anchor: employee_no
        name: login
        disable: {column: active, on: true, off: false}
      groups: {table: teams, id: id, anchor: code, name: name}
      memberships: {table: team_members, group: team_id, member: account_id}

jobs:
  hr-to-crew:
    source: hr
    target: crew
    users:
      # Everybody on the payroll, parents on leave included; who has no country waits for HR.
      scope:
        any:
          - all:
              - {attribute: status, operator: EQUALS, value: active}
              - {attribute: country, operator: IS NOT NULL}
          - all:
              - {attribute: status, operator: EQUALS, value: leave}
              - {attribute: country, operator: IS NOT NULL}
      # A positive sign: it is believed at once, while a row that is merely missing is not.
      leaver: {any: [{all: [{attribute: status, operator: EQUALS, value: terminated}]}]}
      # Accounts that exist already: our own mark and the mail address decide, a name only asks.
      match:
        - externalId
        - {attribute: 'emails[type eq "work"].value', decides: true}
        - {attribute: displayName, decides: false}
      attributes:
        externalId: "[employee_id]"
        # Łukasz O'Neill becomes lukasz.oneill, the next one lukasz.oneill2.
        userName:
          expression: >-
            SelectUniqueValue(ToLower(Replace(NormalizeDiacritics(
            Join(".", [latin_given], [latin_surname])), , "[^A-Za-z.-]", , "", , )))
          apply: on_create
        name.givenName: "[given_name]"
        name.familyName: "[surname]"
        nickName: "[preferred_name]"
        # In China and Korea the surname goes first, and nothing stands between.
        displayName: >-
          Switch([country], Join(" ", Coalesce([preferred_name], [given_name]), [surname]),
          "CN", Join("", [surname], [given_name]), "KR", Join("", [surname], [given_name]))
        title: {expression: "[job_title]", default: "Employee"}
        'emails[type eq "work"].value': "ToLower([mail])"
        'phoneNumbers[type eq "work"].value': "[phone]"
        # Some cities arrive in capitals.
        'addresses[type eq "work"].locality': 'PCase([city], " -/")'
        'addresses[type eq "work"].country': "[country]"
        preferredLanguage: >-
          Switch([country], "en", "DE", "de", "NL", "nl", "FR", "fr", "PL", "pl", "ES", "es",
          "GR", "el", "BG", "bg", "EG", "ar", "IL", "he", "IN", "hi", "CN", "zh", "KR", "ko")
        urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber: "[employee_id]"
        urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department: "[department]"
        urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter: >-
          Join("-", [country], [cost_centre])
        active: "Not([IsSoftDeleted])"
      on_leave: {disable: now, delete_after_days: 30, date: end_date}
    groups:
      match: [displayName]
      attributes:
        externalId: "[id]"
        displayName: "[name]"
      memberships: ours # only what Provisor granted is ever taken away
    # More than this in one plan waits for a second person; the rest keeps its default.
    limits: {disable: {count: 20, percent: 5}, delete: {count: 0}, clear: {count: 20, percent: 1}}

  hr-to-ledger:
    source: hr
    target: ledger
    users:
      scope:
        all:
          - {attribute: status, operator: NOT EQUALS, value: terminated}
          - {attribute: country, operator: IS NOT NULL}
      leaver: {any: [{all: [{attribute: status, operator: EQUALS, value: terminated}]}]}
      match: [employee_no]
      attributes:
        employee_no: "[employee_id]"
        login:
          expression: >-
            SelectUniqueValue(ToLower(Replace(NormalizeDiacritics(
            Join("", Left([latin_given], 1), [latin_surname])), , "[^A-Za-z]", , "", , )))
          apply: on_create
        full_name: 'Join(" ", [given_name], [surname])'
        mail: "ToLower([mail])"
        department: "[department]"
        cost_centre: "[cost_centre]"
      on_leave: {disable: now, date: end_date}
    groups:
      # The ledger has no groups inside groups, so it gets the departments alone.
      scope: {all: [{attribute: id, operator: STARTS_WITH, value: "dept-"}]}
      match: [code]
      attributes:
        code: "[id]"
        name: "[name]"
      memberships: ours
"""
)


def write_configuration(folder: Path, url: str) -> Path:
    """Write `provisor.yaml` and return its path.

    Args:
        url: the address of the SCIM application.
    """
    path = folder / FILE
    write_whole(path, _TEXT.substitute(url=url))
    return path
