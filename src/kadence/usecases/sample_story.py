"""The story that the sample data tells: who, what sprints, and how each of them went."""

from itertools import product

from msgspec import Struct

OWNER = ("anna.lindqvist@example.com", "Anna Lindqvist")
TEAM = (
    ("mikhail.orlov@example.com", "Михаил Орлов"),
    ("grace.okafor@example.com", "Grace Okafor"),
    ("yuki.tanaka@example.com", "Yuki Tanaka"),
    ("elena.petrova@example.com", "Елена Петрова"),
)


class Sprint(Struct, frozen=True):
    """A fortnight: how many cards were newly planned, and what became of all that were in it.

    `done` is the part of the cards that was finished, `late` how many came in after the start,
    `dropped` how many went out again, `resized` how many were re-estimated, `reopened` how many
    came back from done. One that was `cut` ended after so many days.
    """

    title: str
    goal: str | None
    capacity: float | None
    planned: int
    done: float
    late: int = 0
    dropped: int = 0
    resized: int = 0
    reopened: int = 0
    cut: int | None = None


SPRINTS = (
    Sprint("Sprint 21: invitations", "A team invites itself", 30, 8, 0.9, resized=1),
    Sprint("Sprint 22: a first board", "From sign-up to cards in a minute", 30, 7, 0.85, late=2),
    Sprint("Спринт 23: роли и доступ", "Каждый видит то, что ему нужно", 30, 7, 0.8, 1, 1, 1),
    Sprint("Sprint 24: on a phone", "The board fits into a pocket", 32, 8, 0.35, late=1),
    Sprint("Sprint 25: invoices", "Customers pay without asking us", 26, 4, 0.9, 2, 1, 0, 1),
    Sprint("Спринт 26: переезд базы", "Без простоя и без потерь", 30, 7, 0.2, cut=4),
    Sprint("Sprint 27: the move, again", "With a rehearsal this time", 30, 2, 0.95, late=1),
    Sprint("Спринт 28: письма", "Ни одного лишнего письма", 30, 7, 0.85, 3, 1, 2, 1),
)
"""Those that are over: one went badly, one was called off."""
ACTIVE = Sprint(
    "Спринт 29: быстрый поиск", "Любая карточка находится за секунду", 30, 7, 0.9, 2, 0, 1, 1
)
NEXT = Sprint("Sprint 30: payments in euros", "Ten customers pay in their currency", 32, 6, 0.0)

_AREAS = (
    "Boards",
    "Search",
    "Invoices",
    "Sign-up",
    "Reports",
    "Mail",
    "Members",
    "Imports",
    "Calendar",
    "Settings",
)
_WORK = (
    "an empty state that helps",
    "keyboard shortcuts",
    "undo",
    "faster for large teams",
    "errors that say what to do",
    "a page for small screens",
    "filters that stay",
    "bulk changes",
    "history of changes",
    "dark mode",
)
_RUSSIAN_AREAS = ("Доски", "Поиск", "Счета", "Отчёты", "Письма", "Роли")
_RUSSIAN_WORK = (
    "подсказки на пустой странице",
    "отмена последнего действия",
    "быстрее для больших команд",
    "понятные сообщения об ошибках",
    "вид для маленького экрана",
    "выгрузка в таблицу",
    "история изменений",
    "тёмная тема",
)
TITLES = (
    *(f"{area}: {work}" for work, area in product(_WORK, _AREAS)),
    *(f"{area}: {work}" for work, area in product(_RUSSIAN_WORK, _RUSSIAN_AREAS)),
    "検索結果を並べ替える",
)
SIZES = ("1", "2", "2", "3", "3", "3", "5", "5", "8")
BACKLOG = 60
TAGS = ("customer", "debt", "срочно")
COMMENTS = (
    "Asked for by three teams this month.",
    "Договорились сделать проще, чем в макете.",
    "Needs a look at the contract first.",
)
