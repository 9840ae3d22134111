"""Everything that is served, out of the modules that serve it, and below which addresses."""

from collections.abc import Sequence

from kadence.web import (
    activity,
    audit_log,
    boards,
    calendars,
    card_activity,
    card_edits,
    card_list,
    card_members,
    card_rows,
    cards,
    columns,
    comments,
    companies,
    feeds,
    forecasts,
    insights,
    installation,
    invitations,
    iteration_cards,
    iterations,
    links,
    members,
    overview,
    own_data,
    people,
    pictures,
    planning,
    profiles,
    sessions,
    spaces,
    stubs,
    tables,
    tags,
    velocity,
)
from kadence.web.route import Route

BASE_PATHS = ("/api/latest", "/api/v1", "/api")
"""Two names of the published API."""
OWN_BASE_PATHS = ("/api/kadence/v1",)
"""Where what this server adds to it is."""

ROUTES: Sequence[Route] = (
    *iterations.ROUTES,
    *iteration_cards.ROUTES,
    *people.ROUTES,
    *audit_log.ROUTES,
    *companies.ROUTES,
    *spaces.ROUTES,
    *members.ROUTES,
    *boards.ROUTES,
    *columns.ROUTES,
    *cards.ROUTES,
    *card_list.ROUTES,
    *activity.ROUTES,
    *card_activity.ROUTES,
    *card_members.ROUTES,
    *tags.ROUTES,
    *comments.ROUTES,
    *stubs.ROUTES,
)
"""What of the published API is served, below each of BASE_PATHS."""

OWN_ROUTES: Sequence[Route] = (
    *activity.OWN_ROUTES,
    *planning.OWN_ROUTES,
    *card_rows.OWN_ROUTES,
    *card_edits.OWN_ROUTES,
    *overview.OWN_ROUTES,
    *calendars.OWN_ROUTES,
    *insights.OWN_ROUTES,
    *forecasts.OWN_ROUTES,
    *velocity.OWN_ROUTES,
    *pictures.OWN_ROUTES,
    *tables.OWN_ROUTES,
    *feeds.OWN_ROUTES,
    *links.OWN_ROUTES,
    *sessions.OWN_ROUTES,
    *invitations.OWN_ROUTES,
    *profiles.OWN_ROUTES,
    *own_data.OWN_ROUTES,
    *installation.OWN_ROUTES,
    *audit_log.OWN_ROUTES,
)
"""What this server adds, below OWN_BASE_PATHS."""
