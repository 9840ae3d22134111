"""What the audit log tells: who did what to people, roles, tokens and links, and who signed in.

The words are those of the published API (contract: card.md, 11); not all of them happen here.
"""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from kadence.domain.model import Instant

CATEGORIES: Sequence[str] = (
    "app", "auth", "user_profile", "user_management", "group_management", "service_desk",
    "publication", "import", "company_profile",
)  # fmt: skip
ACTIONS: Sequence[str] = (
    "start", "stop", "sign_in", "sign_in_fail", "sign_out", "request_auth_pin", "change_password",
    "request_change_email", "change_email", "invite", "invite_fail", "deactivate", "activate",
    "change_permissions", "change_apps_permissions", "grant_access", "revoke_access",
    "transfer_ownership", "depersonalization", "create", "delete", "group_activate",
    "group_deactivate", "add_user", "add_admin", "admin_add_user", "delete_user",
    "admin_delete_user", "delete_admin", "set_sd_password", "change_temporary_sd_password",
    "publish_document", "publish_document_group", "publish_card", "unpublish_document",
    "unpublish_document_group", "unpublish_card", "share_entity", "unshare_entity", "public_link",
    "extend_trial",
)  # fmt: skip


class Deed(NamedTuple):
    """Something that is told in the audit log, by its published words."""

    category: str
    action: str


SIGNED_IN = Deed("auth", "sign_in")
SIGN_IN_FAILED = Deed("auth", "sign_in_fail")
SIGNED_OUT = Deed("auth", "sign_out")
PASSWORD_CHANGED = Deed("auth", "change_password")
TOKEN_MADE = Deed("auth", "grant_access")
TOKEN_REVOKED = Deed("auth", "revoke_access")
EMAIL_CHANGED = Deed("user_profile", "change_email")
INVITED = Deed("user_management", "invite")
DEACTIVATED = Deed("user_management", "deactivate")
ACTIVATED = Deed("user_management", "activate")
ROLE_CHANGED = Deed("user_management", "change_permissions")
MEMBER_ADDED = Deed("user_management", "grant_access")
MEMBER_REMOVED = Deed("user_management", "revoke_access")
OWNER_NAMED = Deed("user_management", "transfer_ownership")
ERASED = Deed("user_management", "depersonalization")
LINK_MADE = Deed("publication", "public_link")
LINK_REVOKED = Deed("publication", "unshare_entity")

_SENTENCES = {
    SIGNED_IN: "{author} signed in",
    SIGN_IN_FAILED: "Somebody failed to sign in as {subject}",
    SIGNED_OUT: "{author} signed out",
    PASSWORD_CHANGED: "{author} set a password",
    TOKEN_MADE: "{author} made an API token of {subject}",
    TOKEN_REVOKED: "{author} ended a token or session of {subject}",
    EMAIL_CHANGED: "{author} changed the e-mail address of {subject}",
    INVITED: "{author} made a one-time link for {subject}",
    DEACTIVATED: "{author} deactivated {subject}",
    ACTIVATED: "{author} let {subject} in again",
    ROLE_CHANGED: "{author} changed what {subject} may do in a space",
    MEMBER_ADDED: "{author} made {subject} a member of a space",
    MEMBER_REMOVED: "{author} took the role in a space from {subject}",
    OWNER_NAMED: "{author} made {subject} an owner of the company",
    ERASED: "{author} erased what was {subject}'s own",
    LINK_MADE: "{author} made a signed link",
    LINK_REVOKED: "{author} revoked a signed link",
}


def sentence(deed: Deed, author: str | None, subject: str | None, default: str) -> str:
    """Return what was done, as a sentence; with no author, whoever runs the server did it."""
    return _SENTENCES[deed].format(
        author=author or "Whoever runs the server", subject=subject or default
    )


class Origin(Struct, frozen=True):
    """Where something is asked from: a network address, and what the client calls itself."""

    address: str | None
    client: str | None


UNKNOWN = Origin(None, None)


class AuditEntry(Struct, frozen=True):
    """One line of the audit log; people are told by their ids, `details` is JSON of more ids.

    `id` is a UUIDv7. Without an `author_id` it was somebody unknown, or whoever runs the server.
    """

    company_id: int
    id: str
    at: Instant
    author_id: int | None
    category: str
    action: str
    subject_id: int | None
    details: str
    client: str | None
    address: str | None
