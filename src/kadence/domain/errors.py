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


class KadenceError(Exception):
    """The root; `message` is fit to show to a person."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Unauthenticated(KadenceError):
    """The caller did not prove who they are."""


class FeatureOff(KadenceError):
    """The company has iterations switched off."""


class NotFound(KadenceError):
    """There is no such thing, or the caller must not learn that there is."""


class Forbidden(KadenceError):
    """The caller can see the thing but may not do this to it."""


class PreconditionFailed(KadenceError):
    """The thing has changed since the caller saw it."""


class Conflict(KadenceError):
    """The idempotency key belongs to another request."""


class BadRequest(KadenceError):
    """The body or the query does not have the shape that the endpoint takes."""


class RuleViolation(BadRequest):
    """The request is well-formed, but a rule forbids it.

    `code` is local to the endpoint, as published.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class BodyTooLarge(BadRequest):
    """The body has more bytes than a request may have."""


class CrossSite(KadenceError):
    """A request with a session's cookie that another site's page may have made."""


class TooManyRequests(KadenceError):
    """Somebody asked too often, or for too much, to ask again before `seconds` have passed."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Unavailable(KadenceError):
    """A helper process could not do its work at the moment."""


class AlreadyInitialised(KadenceError):
    """The database holds a company already."""


class NotInitialised(KadenceError):
    """The database holds no company yet."""


class StorageError(KadenceError):
    """The database could not do its work; nothing of the request was written."""


class StorageBusy(StorageError):
    """Another program holds the database's lock for longer than we wait."""


class CommitInDoubt(StorageBusy):
    """Nobody can say at the moment whether the change was kept."""


class DatabaseUnavailable(StorageBusy):
    """The database server does not answer, or lets nobody in at the moment."""


class StandbyDatabase(DatabaseUnavailable):
    """The database server follows another one, and takes no changes."""


class StorageFull(StorageError):
    """There is no room left where the database lies."""


class StorageUnusable(StorageError):
    """The database cannot be opened, is damaged, or is not one of this program."""


class SchemaMismatch(StorageError):
    """The database's schema is older or newer than this program."""
