"""The kinds of event that the journal can hold; a kind is never renamed once released."""

COMPANY_CREATED = "company.created"
COMPANY_CHANGED = "company.changed"
USER_CREATED = "user.created"
USER_DEACTIVATED = "user.deactivated"
TOKEN_CREATED = "token.created"  # noqa: S105 - the name of an event
TOKEN_REVOKED = "token.revoked"  # noqa: S105 - the name of an event
SPACE_CREATED = "space.created"
SPACE_CHANGED = "space.changed"
SPACE_DELETED = "space.deleted"
MEMBER_ADDED = "member.added"
MEMBER_CHANGED = "member.changed"
MEMBER_REMOVED = "member.removed"
BOARD_CREATED = "board.created"
ITERATION_CREATED = "iteration.created"
ITERATION_REMOVED = "iteration.removed"
