"""Every way in which a request is refused, by an id that stays: docs/errors.md lists them.

The messages beside the ids are published or for people; programs and the page go by the id.
"""

from enum import StrEnum
from typing import Self


class ErrorId(StrEnum):
    """The id of a refusal, with its cause and what helps, a sentence each."""

    cause: str
    remedy: str

    def __new__(cls, id_: str, cause: str, remedy: str) -> Self:
        """Make a member."""
        member = str.__new__(cls, id_)
        member._value_ = id_
        member.cause = cause
        member.remedy = remedy
        return member

    # Who asks, and what they may do.
    UNAUTHENTICATED = (
        "unauthenticated",
        "There is no token, or one that is wrong, revoked or expired, or of a deactivated person.",
        "Send `Authorization: Bearer` with a token that is good, or sign in again.",
    )
    FORBIDDEN = (
        "forbidden",
        "The caller can see the thing, and their role does not allow this.",
        "Ask an admin of the space, or the owner of the company.",
    )
    NOT_FOUND = (
        "not_found",
        "There is no such thing, or the caller must not learn that there is.",
        "Look at the id, and whether the caller is let into the space.",
    )
    METHOD_UNKNOWN = (
        "method.unknown",
        "The path does not have this method.",
        "Use one of those in the header `Allow`.",
    )
    ITERATIONS_OFF = (
        "iterations.off",
        "The company has iterations switched off.",
        "The operator switches them on: `kadence company set --iterations on`.",
    )
    CROSS_SITE = (
        "cross_site",
        "A request with a session's cookie does not come from this server's own page.",
        "Programs use an API token; a proxy has to pass the header `Host` on.",
    )
    SIGN_IN_THROTTLED = (
        "sign_in.throttled",
        "Too many attempts to sign in failed.",
        "Wait for as long as `Retry-After` says.",
    )
    RATE_LIMITED = (
        "rate.limited",
        "The token or session asks more often than `--rate-limit` allows.",
        "Wait for as long as `Retry-After` says.",
    )
    STREAMS_MANY = (
        "streams.many",
        "The token has as many live streams as one may have.",
        "Close one of them first.",
    )

    # What a write depends on.
    CHANGED_MEANWHILE = (
        "changed.meanwhile",
        "The thing is no longer the one that `If-Match` names.",
        "Read it again, and decide again.",
    )
    IDEMPOTENCY_REUSED = (
        "idempotency.reused",
        "The idempotency key was used for another request.",
        "Use a new key for each new request.",
    )
    IDEMPOTENCY_INVALID = (
        "idempotency.invalid",
        "The idempotency key is empty, too long, or has other characters than visible ASCII.",
        "Use 1 to 255 visible ASCII characters.",
    )

    # The server at the moment.
    BUSY = (
        "busy",
        "More is asked than can be done at the moment; nothing was done.",
        "Try again after `Retry-After`.",
    )
    HELPER_BUSY = (
        "helper.busy",
        "What draws, simulates or checks passwords has too much to do, or has failed.",
        "Try again after `Retry-After`.",
    )
    IN_DOUBT = (
        "storage.in_doubt",
        "The database went away during a commit: nobody knows yet whether the change was kept.",
        "Look, or send it again with the same idempotency key.",
    )
    STANDBY = (
        "storage.standby",
        "The database is a standby, which takes no changes.",
        "Wait for the failover, or point the server at the primary.",
    )
    DATABASE_AWAY = (
        "storage.away",
        "The database does not answer; nothing was saved.",
        "Try again; the operator looks at the database.",
    )
    DISK_FULL = (
        "storage.full",
        "There is no room left on the server's disk; nothing was saved.",
        "The operator makes room.",
    )
    STORAGE_UNUSABLE = (
        "storage.unusable",
        "The database cannot be used: it is damaged, was moved, or is of another release.",
        "The operator looks at the log and at `kadence db check`.",
    )
    INTERNAL = (
        "internal",
        "Something went wrong that nobody foresaw; nothing was saved.",
        "Report it with the log lines of the request's id.",
    )

    # Bodies and queries, before any rule.
    REQUEST_INVALID = (
        "request.invalid",
        "The request is none of HTTP that can be answered, for example without a Host.",
        "See the message.",
    )
    BODY_NOT_JSON = (
        "body.not_json",
        "The body is not JSON, or not UTF-8.",
        "Send one JSON object.",
    )
    BODY_TOO_LARGE = (
        "body.too_large",
        "The body has more than 1 MiB.",
        "Send less.",
    )
    BODY_INVALID = (
        "body.invalid",
        "A value is none that the key takes.",
        "See the request's schema in `/schema/openapi.json`.",
    )
    KEY_MISSING = (
        "body.key_missing",
        "A key is missing that the body must have.",
        "Send it.",
    )
    KEY_UNKNOWN = (
        "body.key_unknown",
        "`X-Kadence-Strict: 1` was sent, and a key has no effect.",
        "Leave it out, or the header.",
    )
    NOTHING_TO_CHANGE = (
        "body.nothing_to_change",
        "The body has none of the keys of which it must have one.",
        "Send one of those that the message names.",
    )
    VALUE_TYPE = (
        "value.type",
        "A value is of another type than the key takes.",
        "Send the type that the message names.",
    )
    VALUE_LONG = (
        "value.long",
        "A text has too many characters.",
        "Send fewer: `most` says how many.",
    )
    VALUE_LARGE = (
        "value.large",
        "An object has too many bytes as JSON.",
        "Send fewer: `most` says how many.",
    )
    VALUE_MANY = (
        "value.many",
        "A list has too many items, or a text too many words.",
        "Send fewer: `most` says how many.",
    )
    VALUE_FEW = (
        "value.few",
        "A list has too few items.",
        "Send more: `least` says how many.",
    )
    VALUE_SHORT = (
        "value.short",
        "A text has too few characters.",
        "Send more: `least` says how many.",
    )
    VALUE_RANGE = (
        "value.range",
        "A number is too small or too large.",
        "See the message for the limit.",
    )
    VALUE_FORMAT = (
        "value.format",
        "A text is not of the format that is wanted, for example a date or an id.",
        "See the message for the format.",
    )
    VALUE_UNKNOWN = (
        "value.unknown",
        "A value is not among those that are allowed.",
        "Use one of the list in the message or the schema.",
    )
    VALUE_INVISIBLE = (
        "value.invisible",
        "A title or name has no character that anybody can see.",
        "Give it one.",
    )
    TEXT_NUL = (
        "text.nul",
        "A text holds U+0000.",
        "Leave that character out.",
    )
    QUERY_INVALID = (
        "query.invalid",
        "The query is not UTF-8, has a parameter twice, or one that is not supported here.",
        "See the message.",
    )
    EMAIL_INVALID = (
        "email.invalid",
        "That is no e-mail address.",
        "Write it as `anna@acme.example`.",
    )

    # Iterations.
    ITERATION_REMOVED = (
        "iteration.removed",
        "A removed iteration does not change any more.",
        "Plan a new one.",
    )
    ITERATION_TRANSITION = (
        "iteration.transition",
        "An iteration goes from planned to active to closed, and not otherwise.",
        "Look at its status first.",
    )
    ITERATION_DATES_FIXED = (
        "iteration.dates_fixed",
        "The dates of a closed iteration do not change any more.",
        "Leave them out.",
    )
    ITERATION_DATES_MISSING = (
        "iteration.dates_missing",
        "An iteration that runs must have a start and a finish date.",
        "Set both, at the latest when it is started.",
    )
    ITERATION_DATES_ORDER = (
        "iteration.dates_order",
        "The finish date is not later than the start date.",
        "Choose a later finish date.",
    )
    ITERATION_END_EARLY = (
        "iteration.end_early",
        "The iteration would have ended before its first day, or before it was started.",
        "Choose a later `actual_finish_date`.",
    )
    ITERATION_END_LATE = (
        "iteration.end_late",
        "The iteration would have ended more than a day from now.",
        "Choose an earlier `actual_finish_date`.",
    )
    ITERATION_CLOSED = (
        "iteration.closed",
        "The iteration has ended or was removed: its cards, capacity and forecast are fixed.",
        "Use one that is planned or active.",
    )
    TARGET_SAME = (
        "target.same",
        "The iteration into which cards should go is the one that they come from.",
        "Name another one.",
    )
    TARGET_ELSEWHERE = (
        "target.elsewhere",
        "The iteration into which cards should go is not in this space.",
        "Name one of this space.",
    )
    TARGET_CLOSED = (
        "target.closed",
        "The iteration into which cards should go has ended or was removed.",
        "Name one that is planned or active.",
    )
    PLACES_TWO = (
        "arrangement.places_two",
        "Both `before` and `after` are given.",
        "Give one of them.",
    )
    PLACE_UNKNOWN = (
        "arrangement.place_unknown",
        "The card beside which others should be put is not in the iteration.",
        "Name another one, or none for the end.",
    )
    ITERATION_UNKNOWN = (
        "iteration.unknown",
        "No iteration, or more than one, is called so.",
        "Name it by its id.",
    )
    AS_OF_INVALID = (
        "as_of.invalid",
        "`as_of` is in the future, or before the iteration was made.",
        "Choose a moment between.",
    )

    # Cards.
    CARD_DELETED = (
        "card.deleted",
        "The card is archived or deleted.",
        "Restore it first, if it is archived.",
    )
    CARD_UNKNOWN = (
        "card.unknown",
        "There is no such card, or none that the caller can read.",
        "Look at its uid.",
    )
    CARD_ELSEWHERE = (
        "card.elsewhere",
        "The card is in another iteration, or in none.",
        "Read again where it is.",
    )
    CARD_NEIGHBOUR = (
        "card.neighbour",
        "The card behind which to put it is not another one of the same cell.",
        "Read the cell again.",
    )
    CARD_FOREIGN_BOARD = (
        "card.foreign_board",
        "The card's board is primary in another space.",
        "Use an iteration of that space.",
    )
    COLUMN_UNKNOWN = (
        "column.unknown",
        "The board has no such column.",
        "Read the board again.",
    )
    LANE_UNKNOWN = (
        "lane.unknown",
        "The board has no such live lane.",
        "Read the board again.",
    )
    USER_UNKNOWN = (
        "user.unknown",
        "The company has no such person.",
        "See `GET /users`.",
    )
    USER_DEACTIVATED = (
        "user.deactivated",
        "The person is deactivated.",
        "Choose somebody else, or let them in again.",
    )
    COMMENT_LONG = (
        "comment.long",
        "The comment has too many characters.",
        "Say it in fewer: `most` says how many.",
    )
    SEARCH_INVALID = (
        "search.invalid",
        "These parameters of a card list do not go together.",
        "See the message.",
    )

    # Boards, spaces and people.
    FORCE_NEEDED = (
        "force.needed",
        "What is deleted holds cards or subcolumns, which would go with it.",
        "Move them first, or send `force`.",
    )
    LAST_COLUMN = (
        "column.last",
        "It is the board's last column.",
        "Add another one first.",
    )
    LAST_LANE = (
        "lane.last",
        "It is the board's last live lane.",
        "Add another one first.",
    )
    BOARD_NOT_PRIMARY = (
        "board.not_primary",
        "`move_from_space_id` is not the space where the board is primary.",
        "Read the board again.",
    )
    SPACE_PARENT = (
        "space.parent",
        "The parent is no space that the caller can read, or lies below the space itself.",
        "Choose another one.",
    )
    TAG_TAKEN = (
        "tag.taken",
        "There is already a tag with this name.",
        "Use that one, or choose another name.",
    )
    LAST_ADMIN = (
        "member.last_admin",
        "The space would have no admin any more.",
        "Make somebody else an admin first.",
    )
    LAST_OWNER = (
        "user.last_owner",
        "The company would have no owner any more.",
        "Make another owner first.",
    )
    EMAIL_TAKEN = (
        "email.taken",
        "There is already a person with this address.",
        "Use that one.",
    )
    EMAIL_CLAIMED = (
        "email.claimed",
        "The person who has the address has said so themselves, and no owner has confirmed it.",
        "Look who they are. An owner confirms the address by saving it under People.",
    )
    EMAIL_NOT_OWN = (
        "email.not_own",
        "What cannot be taken back is asked for by one's own address, and this is another.",
        "Write the address with which you sign in.",
    )
    ZONE_UNKNOWN = (
        "calendar.zone",
        "The time zone is not in the IANA database.",
        "Write it as `Europe/Berlin`.",
    )
    COUNTRY_UNKNOWN = (
        "calendar.country",
        "The public holidays of this country are not known.",
        "Use an ISO 3166 code, or null and days off.",
    )
    COUNTRY_MISSING = (
        "calendar.country_missing",
        "A subdivision is given, and no country.",
        "Give both.",
    )
    SUBDIVISION_UNKNOWN = (
        "calendar.subdivision",
        "The country has no such part with public holidays of its own.",
        "Use one of `known`.",
    )
    NO_WEEKDAY = (
        "calendar.weekdays",
        "No weekday is a working day.",
        "Name at least one.",
    )
    DAY_BOTH = (
        "calendar.both",
        "A day is in `days_off` and in `workdays`.",
        "Leave it in one of them.",
    )
    LINK_SCOPE = (
        "link.scope",
        "What the link shows is of an iteration and none is named, or of the space and one is.",
        "Name an iteration, or leave it out.",
    )

    # Signing in.
    SIGN_IN_WAYS = (
        "sign_in.ways",
        "The body has none or several of the ways to sign in, or asks for a dry run.",
        "Send email and password, or token, or key.",
    )
    PASSWORD_WRONG = (
        "password.wrong",
        "`current` is not the password that the person has now.",
        "Ask an owner for a sign-in link, if you have forgotten it.",
    )
