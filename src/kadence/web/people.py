"""What goes over the wire about people (contract: workspace.md, Users)."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from kadence.domain.model import CompanyRole, User
from kadence.usecases import people as usecases
from kadence.usecases.people import PeopleQuery
from kadence.usecases.sessions import who_is_here
from kadence.web.codec import Uid, When, format_optional, format_timestamp
from kadence.web.http import RequestContext
from kadence.web.query import LIMIT, OFFSET, SKIP, Flag, Ids, OneUid, Query, Text, Word
from kadence.web.route import Route


class UserAnswer(Struct, frozen=True, kw_only=True):
    """A person, wherever one is shown; the keys with a value here are constants of this server."""

    id: int
    uid: Uid
    full_name: str
    username: str
    email: str
    user_id: int
    initials: str
    activated: bool
    avatar_type: int = 2
    avatar_initials_url: str = ""
    avatar_uploaded_url: str | None = None
    lng: str
    timezone: str
    theme: str = "auto"
    ui_version: int = 2
    virtual: bool = False
    company_id: int
    external: bool = False
    apps_permissions: int = 1
    created: When
    updated: When
    last_request_date: When | None
    permissions: int = 0
    role: Annotated[int, Meta(description="1 owner, 2 user, 3 deactivated.")]
    default_space_id: int | None = None
    email_frequency: int = 1
    email_settings: dict[str, Any] = field(default_factory=dict)
    slack_id: str | None = None
    slack_settings: dict[str, Any] | None = None
    slack_private_channel_id: str | None = None
    notification_settings: dict[str, Any] | None = None
    notification_enabled_channels: list[str] = field(default_factory=list)
    telegram_sd_bot_enabled: bool = False
    invite_last_sent_at: When
    last_request_method: str | None = None
    locked: bool = False
    temporarily_inactive: bool = False


class CurrentUserAnswer(UserAnswer, frozen=True, kw_only=True):
    """The person who asks."""

    telegram_id: int | None = None
    telegram_settings: dict[str, Any] = field(default_factory=dict)
    has_password: bool = False
    max_messenger_id: str | None = None
    max_messenger_settings: dict[str, Any] = field(default_factory=dict)
    directory_synced_profile_fields: list[str] = field(default_factory=list)


SEARCH = Text("query", "Only people with this text in their name or address, in any case.")
IDS = Ids("ids", "Only people with these integer ids, comma-separated.")
INACTIVE = Flag("include_inactive", "Also the deactivated.")
TYPE = Word("type", ["all", "domain", "shared"], "All three are the same people here.")
PERMISSIONS = Word(
    "access_type_permissions",
    ["member", "guest"],
    "`member` keeps everybody, `guest` nobody: nobody is a guest here.",
)
NOT_IN = OneUid("exclude_members_by_entity_uid", "Only people who are no members of this space.")
NOT_ADDED_TO = OneUid(
    "exclude_directly_added_members_by_entity_uid",
    "The same: every membership here is a person's own.",
)
LIST_PARAMETERS = (
    SEARCH, IDS, LIMIT, OFFSET, SKIP, INACTIVE, TYPE, PERMISSIONS, NOT_IN, NOT_ADDED_TO,
)  # fmt: skip


def user_answer(user: User) -> UserAnswer:
    """Return a person as they go over the wire."""
    return UserAnswer(**user_values(user))


def user_values(user: User) -> dict[str, Any]:
    """Return the values of the keys of UserAnswer that are not constant."""
    deactivated = user.deactivated_at is not None
    return {
        "id": user.id,
        "uid": user.uid,
        "full_name": user.full_name,
        "username": user.username,
        "email": user.email,
        "user_id": user.id,
        "initials": initials(user.full_name),
        "lng": user.language or "en",
        "timezone": user.timezone or "UTC",
        "activated": not deactivated,
        "company_id": user.company_id,
        "created": format_timestamp(user.created),
        "updated": format_timestamp(user.updated),
        "last_request_date": format_optional(user.last_request_at),
        "role": CompanyRole.DEACTIVATED.value if deactivated else user.role,
        "invite_last_sent_at": format_timestamp(user.created),
    }


def initials(full_name: str) -> str:
    """Return the first letters of the first two words, upper-case."""
    return "".join(word[0] for word in full_name.split()[:2]).upper()


def _list_query(query: Query) -> PeopleQuery:
    query.get(TYPE)
    return PeopleQuery(
        text=query.get(SEARCH),
        ids=query.get(IDS),
        deactivated=query.get(INACTIVE),
        no_members_of=[uid for one in (NOT_IN, NOT_ADDED_TO) if (uid := query.get(one))],
        nobody=query.get(PERMISSIONS) == "guest",
        limit=query.get(LIMIT),
        offset=query.get_first(OFFSET, SKIP),
    )


async def get_current_user(context: RequestContext) -> CurrentUserAnswer:
    """Get the person that the token belongs to."""
    found = await context.read_inline(who_is_here, context.nothing())
    return CurrentUserAnswer(**user_values(found.user), has_password=found.has_password)


async def get_user(context: RequestContext) -> UserAnswer:
    """Get one person of the company, a deactivated one too."""
    user_id = context.id("user_id")
    return user_answer(await context.read(usecases.get_user, user_id, context.nothing()))


async def list_users(context: RequestContext) -> list[UserAnswer]:
    """List the people of the company, by id."""
    found = await context.read(usecases.list_users, context.query(_list_query))
    return [user_answer(user) for user in found]


ROUTES: Sequence[Route] = (
    Route("GET", "/users/current", get_current_user, "People"),
    Route("GET", "/users", list_users, "People", query=LIST_PARAMETERS),
    Route("GET", "/users/{user_id}", get_user, "People"),
)
