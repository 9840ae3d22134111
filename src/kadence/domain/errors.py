"""Every way a request can fail, as one tree.

KadenceError
├── Unauthenticated        no valid token, or its person is deactivated
├── FeatureOff             the company has iterations switched off
├── NotFound               no such thing, or one that the caller must not learn of
├── Forbidden              the caller can see the thing and may not do this
├── PreconditionFailed     the thing is no longer the one that If-Match names
├── Conflict               an idempotency key that was used for another request
├── BadRequest             the body or the query is not what the endpoint takes
│   ├── RuleViolation      well-formed, but against a rule; carries the endpoint's own code
│   └── BodyTooLarge       more bytes than a request may have
├── Unavailable            a helper process could not do its work; try again
├── AlreadyInitialised     `kadence init` on a database that holds a company
├── NotInitialised         the database holds no company yet
└── StorageError           the database could not do its work; nothing was written
    ├── StorageBusy        another program holds the lock; try again
    │   └── DatabaseUnavailable  the database server does not answer; try again
    ├── StorageFull        no room on the disk
    ├── StorageUnusable    the file cannot be opened, is damaged or is no database of this program
    └── SchemaMismatch     the database's schema is older or newer than this program
"""

from kadence.domain.error_ids import ErrorId


class KadenceError(Exception):
    """The root; `message` is fit to show to a person, `id` to a program.

    `about` is what the message names, for whoever says it in other words: ASCII texts and numbers.
    """

    id = ErrorId.INTERNAL

    def __init__(self, message: str = "", **about: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.about = about


class Unauthenticated(KadenceError):
    """The caller did not prove who they are."""

    id = ErrorId.UNAUTHENTICATED


class FeatureOff(KadenceError):
    """The company has iterations switched off."""

    id = ErrorId.ITERATIONS_OFF


class NotFound(KadenceError):
    """There is no such thing, or the caller must not learn that there is."""

    id = ErrorId.NOT_FOUND


class Forbidden(KadenceError):
    """The caller can see the thing but may not do this to it."""

    id = ErrorId.FORBIDDEN


class PreconditionFailed(KadenceError):
    """The thing has changed since the caller saw it."""

    id = ErrorId.CHANGED_MEANWHILE


class Conflict(KadenceError):
    """The idempotency key belongs to another request."""

    id = ErrorId.IDEMPOTENCY_REUSED


class BadRequest(KadenceError):
    """The body or the query does not have the shape that the endpoint takes."""

    def __init__(self, id_: ErrorId, message: str, **about: str | int) -> None:
        super().__init__(message, **about)
        self.id = id_


class RuleViolation(BadRequest):
    """The request is well-formed, but a rule forbids it.

    `code` is local to the endpoint, as published.
    """

    def __init__(self, id_: ErrorId, code: int, message: str, **about: str | int) -> None:
        super().__init__(id_, message, **about)
        self.code = code


class BodyTooLarge(BadRequest):
    """The body has more bytes than a request may have."""

    def __init__(self, most: int) -> None:
        message = f"Request body is larger than {most} bytes"
        super().__init__(ErrorId.BODY_TOO_LARGE, message, most=most)


class CrossSite(KadenceError):
    """A request with a session's cookie that another site's page may have made."""

    id = ErrorId.CROSS_SITE


class TooManyRequests(KadenceError):
    """Somebody asked too often, or for too much, to ask again before `seconds` have passed."""

    def __init__(self, id_: ErrorId, message: str, seconds: int, **about: str | int) -> None:
        super().__init__(message, **about)
        self.id = id_
        self.seconds = seconds


class Unavailable(KadenceError):
    """A helper process could not do its work at the moment."""

    id = ErrorId.HELPER_BUSY


class AlreadyInitialised(KadenceError):
    """The database holds a company already."""


class NotInitialised(KadenceError):
    """The database holds no company yet."""


class StorageError(KadenceError):
    """The database could not do its work; nothing of the request was written."""

    id = ErrorId.STORAGE_UNUSABLE


class StorageBusy(StorageError):
    """Another program holds the database's lock for longer than we wait."""

    id = ErrorId.BUSY


class CommitInDoubt(StorageBusy):
    """Nobody can say at the moment whether the change was kept."""

    id = ErrorId.IN_DOUBT


class DatabaseUnavailable(StorageBusy):
    """The database server does not answer, or lets nobody in at the moment."""

    id = ErrorId.DATABASE_AWAY


class StandbyDatabase(DatabaseUnavailable):
    """The database server follows another one, and takes no changes."""

    id = ErrorId.STANDBY


class StorageFull(StorageError):
    """There is no room left where the database lies."""

    id = ErrorId.DISK_FULL


class StorageUnusable(StorageError):
    """The database cannot be opened, is damaged, or is not one of this program."""


class SchemaMismatch(StorageError):
    """The database's schema is older or newer than this program."""
