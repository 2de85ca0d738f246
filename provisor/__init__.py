"""Plan and apply for identities, with evidence.

One word per idea; these are the words, and the code uses no others for them.

People and systems:

- *source*: a system that says who is there, such as a directory or an HR system.
- *target*: a system in which people get accounts.
- *record*: one row of a system as it was read, not interpreted.
- *identity*: one person or thing as we know it, with our own id, from one or more records.
- *account*: what an identity has in a target.
- *link*: the stored fact that an account belongs to an identity.
- *anchor*: our immutable id of an identity, stored in the target where the target can hold it.
- *native id*: the target's own id of an account.

Rules and plans:

- *scope*: the rule that says whether an identity is ours for a target.
- *mapping*: the rules that compute a target's attributes from an identity.
- *desired*: what an account should look like, each attribute with its origin.
- *action*: one change to one object of a target, with its reason and its digest.
- *bundle*: actions that belong together and are approved, kept or dropped whole.
- *part*: the actions of one operation class and object type, with a verdict of their own.
- *plan*: the frozen, sealed list of actions that would make reality as desired.
- *verdict*: what a limit or a check says about a part, with counts and a reason.
- *decision*: which action digests are allowed, by whom, why and until when.
- *override*: a person's stored wish that planning obeys until it ends.

What happened:

- *outcome*: what became of one action, `uncertain` included.
- *event*: one fact in the audit log.
- *checkpoint*: the signed size and root of the audit log at one moment.
- *alert*: one cause that deserves a person's attention.
- *entitlement*: a right that can be held in a target, with its risk and its owner.
- *review*: the question whether someone still needs what they hold, with its answer.
- *observation*: what was seen in a system, and when.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
