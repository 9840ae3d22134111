"""Who may what: where a role in a space is worked out (contract: workspace.md, Members)."""

from msgspec import Struct

from kadence.domain.model import CompanyRole, SpaceRole, SpaceVisibility, TokenKind

ROLE_UIDS = {
    SpaceRole.READER: "06ccb31f-426b-4fa3-b7e5-861daee95696",
    SpaceRole.WRITER: "a431ed00-1b32-4cc7-92b6-85e4bc7de40e",
    SpaceRole.ADMIN: "07ea3efc-a004-4d31-8683-4bb2084e209b",
}
"""The preset roles by the UUIDs that the wire uses for them."""

_ROLE_BY_UID = {uid: role for role, uid in ROLE_UIDS.items()}


class Actor(Struct, frozen=True, gc=False):
    """The person behind a request, looked up with their token in its own transaction."""

    user_id: int
    uid: str
    company_id: int
    company_role: int
    iterations_off_at: int | None = None
    token_id: int | None = None
    token_last_used: int | None = None
    token_kind: int = TokenKind.API.value


class SpaceAccess(Struct, frozen=True, gc=False):
    """What decides about access to one space for one person."""

    space_id: int
    space_uid: str
    access: str
    everyone_role: int
    member_role: int | None


class Demand(Struct, frozen=True, array_like=True):
    """A role that somebody had to have in any of some spaces; with `hidden`, else it is 404."""

    space_ids: list[int]
    need: int
    hidden: bool


class Demands(Struct):
    """What somebody had to be allowed for a write; asked again before it is answered again."""

    spaces: list[Demand] = []
    iterations: bool = False


def role_in_space(company_role: int, access: SpaceAccess) -> SpaceRole | None:
    """Return the role that `access` gives its person in its space; None for a stranger.

    An owner of the company is admin everywhere. Else it is the higher of the person's own
    membership and, in a for_everyone space, its general role.
    """
    if company_role == CompanyRole.OWNER:
        return SpaceRole.ADMIN
    general = access.everyone_role if access.access == SpaceVisibility.FOR_EVERYONE else 0
    highest = max(access.member_role or 0, general)
    return SpaceRole(highest) if highest else None


def role_of_uid(uid: str) -> SpaceRole | None:
    """Return the preset role with this UUID, or None."""
    return _ROLE_BY_UID.get(uid.lower())
