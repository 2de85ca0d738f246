"""Configurations that are wrong: what is written in the sample, and what stands there instead."""

from provisor.errors import ExpressionSyntax, LiteralSecret, SettingInvalid, UnknownName

TITLE = 'title: {expression: "[job_title]", default: "Employee"}'
CLAUSE = "operator: EQUALS, value: active"
LIMIT = "disable: {count: 20, percent: 5}"
SCOPE = "{any: [{all: [{attribute: status, operator: EQUALS, value: active}]}]}"
SCHEDULE = 'schedule: "*/20 * * * *"'
SECOND_JOB = """\
  second: &second
    source: hr
    target: app
    after: [hr-to-app]
    users: {lifecycle: none, attributes: {nickName: "[given_name]"}}
entitlements: {}"""

# What is written, by what, which error, where, and a word of the help that is given.
# fmt: off
WRONG = {
    "literal token": ("token: {env: APP_TOKEN}", "token: abc", LiteralSecret, 15, "{env: NAME}"),
    "password in a URL": ("http://127", "http://a:b@127", LiteralSecret, 14, "{env: NAME}"),
    "unknown function": ('"Not([IsS', '"Nott([IsS', UnknownName, 30, "`Not`"),
    "broken expression": ("SoftDeleted])", "SoftDeleted)", ExpressionSyntax, 30, "`]`"),
    "bare-word list": (TITLE, "title: [job_title]", SettingInvalid, 29, '`"[job_title]"`'),
    "list as expression": (TITLE, "title: [a b, c]", SettingInvalid, 29, "in quotes"),
    "no expression": (TITLE, "title: {default: x}", SettingInvalid, 29, "`expression:`"),
    "misspelt expression": (TITLE, 'title: {expresion: "[x]"}', UnknownName, 29, "`expression`"),
    "wrong apply": (TITLE, 'title: {expression: "[x]", apply: alway}',
        SettingInvalid, 29, "`always`"),
    "default is a mapping": (TITLE, 'title: {expression: "[x]", default: {a: 1}}',
        SettingInvalid, 29, "quote"),
    "unknown key at the top": ("time_zone:", "timezone:", UnknownName, 2, "`time_zone`"),
    "unknown key of a job": ("groups: {match", "group: {match", UnknownName, 32, "`groups`"),
    "unknown key of users": ("leaver:", "leavers:", UnknownName, 23, "`leaver`"),
    "unknown key of a match": ("decides: true", "decide: true", UnknownName, 24, "`decides`"),
    "unknown key of a limit": ("percent: 5}", "percents: 5}", UnknownName, 33, "`percent`"),
    "unknown key of a clause": ("operator: EQ", "operators: EQ", UnknownName, 22, "`operator`"),
    "unknown operator": (CLAUSE, "operator: EQUAL, value: a", UnknownName, 22, "`EQUALS`"),
    "operator without value": (CLAUSE, "operator: EQUALS", SettingInvalid, 22, "value: active"),
    "operator with value": (CLAUSE, "operator: IS NULL, value: a", SettingInvalid, 22, "out"),
    "bad regex": (CLAUSE, 'operator: regex_match, value: "(a"', SettingInvalid, 22, "mend"),
    "text to compare as number": (CLAUSE, "operator: greater_than, value: a",
        SettingInvalid, 22, "mend"),
    "empty scope": (SCOPE, "{any: []}",
        SettingInvalid, 22, "leave"),
    "scope is text": (SCOPE, "active",
        SettingInvalid, 22, "attribute:"),
    "scope by its own result": ("attribute: status, operator: EQUALS, value: a",
        "attribute: IsSoftDeleted, operator: EQUALS, value: a", SettingInvalid, 22, "source"),
    "unknown connector": ("connector: scim", "connector: scimm", UnknownName, 13, "`scim`"),
    "unknown source": ("source: hr", "source: hrr", UnknownName, 18, "`hr`"),
    "unknown target": ("target: app", "target: ap", UnknownName, 19, "`app`"),
    "source as target": ("target: app", "target: hr", SettingInvalid, 19, "different"),
    "unknown job": (SCHEDULE, "after: [hr-to-ap]", UnknownName, 20, "`hr-to-app`"),
    "job after itself": (SCHEDULE, "after: hr-to-app", SettingInvalid, 20, "after"),
    "no source": ("    source: hr\n", "", SettingInvalid, 17, "`source:`"),
    "no version": ("version: 1\n", "", SettingInvalid, 1, "`version:`"),
    "another version": ("version: 1", "version: 2", SettingInvalid, 1, "mend"),
    "bad time zone": ("Europe/Berlin", "Europe/Berlinn", UnknownName, 2, "`Europe/Berlin`"),
    "time zone outside": ("Europe/Berlin", "../../etc/passwd", UnknownName, 2, "mend"),
    "bad schedule": ("*/20 * * * *", "*/20 * *", SettingInvalid, 20, "mend"),
    "unknown operation": (LIMIT, "dissable: {count: 1}", UnknownName, 33, "`disable`"),
    "limit without bound": (LIMIT, "disable: {}", SettingInvalid, 33, "default"),
    "percent above 100": (LIMIT, "disable: {percent: 101}", SettingInvalid, 33, "mend"),
    "count below 0": (LIMIT, "disable: {count: -1}", SettingInvalid, 33, "mend"),
    "count as text": (LIMIT, 'disable: {count: "20"}', SettingInvalid, 33, "mend"),
    "count as truth": (LIMIT, "disable: {count: true}", SettingInvalid, 33, "mend"),
    "count with a fraction": (LIMIT, "disable: {count: 1.5}", SettingInvalid, 33, "mend"),
    "oidc": ("mode: os", "mode: oidc", SettingInvalid, 4, "`os`"),
    "misspelt mode": ("mode: os", "mode: asserte", SettingInvalid, 4, "`asserted`"),
    "mapping expected": ("identity: {mode: os}", "identity: os", SettingInvalid, 4, "mend"),
    "nothing there": ("identity: {mode: os}", "identity:", SettingInvalid, 4, "mend"),
    "misspelt leave": ("disable: now", "disable: no", SettingInvalid, 31, "`now`"),
    "misspelt owner mode": ("memberships: ours", "memberships: our",
        SettingInvalid, 32, "`ours`"),
    "misspelt nesting": ("memberships: ours", "nested: flat", SettingInvalid, 32, "`flatten`"),
    "computed without a mapping": ("memberships: ours", "computed: {Sales: x}",
        SettingInvalid, 32, "mend"),
    "unknown key of a computed group": ("memberships: ours", "computed: {Sales: {were: x}}",
        UnknownName, 32, "`where`"),
    "match by a unique name": ("match: [displayName]",
        'match: [{attribute: x, expression: "SelectUniqueValue([n])"}]',
        SettingInvalid, 32, "identifier"),
    "match by a mapped unique name": ("[externalId, ", "[userName, ",
        SettingInvalid, 24, "identifier"),
    "accounts of nobody": ("accounts: {}", "accounts: {ap: []}", UnknownName, 35, "`app`"),
    "account without kind": ("accounts: {}", "accounts: {app: [{account: root}]}",
        SettingInvalid, 35, "`kind:`"),
    "account of no kind": ("accounts: {}", "accounts: {app: [{account: root, kind: servise}]}",
        SettingInvalid, 35, "`service`"),
    "entitlements": ("entitlements: {}", "entitlements: {vpn: []}", UnknownName, 34, "mend"),
    "right of no kind": ("entitlements: {}", "entitlements: {app: [{risk: low}]}",
        SettingInvalid, 34, "`{group: Buyers"),
    "name with blanks": ("hr-to-app:", '"hr to app":', SettingInvalid, 17, "mend"),
    "key twice": ("identity: {mode: os}", "version: 1", SettingInvalid, 4, "keep one"),
    "key twice inside": (LIMIT, f"{LIMIT}, disable: {{count: 1}}",
        SettingInvalid, 33, "keep one"),
    "two owners": ("entitlements: {}", SECOND_JOB.replace("nickName", "UserName"),
        SettingInvalid, 38, "one of the two"),
    "shared circle": ("entitlements: {}", SECOND_JOB.replace("[hr-to-app]", "[second]"),
        SettingInvalid, 37, "after"),
    "secret that is no reference": ("{env: APP_TOKEN}", "{env: [APP]}",
        SettingInvalid, 15, "never the secret"),
    "keyring by halves": ("{env: APP_TOKEN}", "{keyring: {service: a}}",
        SettingInvalid, 15, "never the secret"),
}
# fmt: on
