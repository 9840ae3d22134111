"""All routes in one readable list: what is served, and below which addresses."""

from collections.abc import Sequence

from kadence.drawing.picture import Format
from kadence.web import (
    activity,
    boards,
    calendars,
    card_activity,
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
    iteration_cards,
    iterations,
    links,
    members,
    overview,
    people,
    pictures,
    planning,
    sessions,
    spaces,
    stubs,
    tables,
    tags,
    velocity,
)
from kadence.web.route import Method, Route

BASE_PATHS = ("/api/latest", "/api/v1", "/api")
"""Two names of the published API."""
OWN_BASE_PATHS = ("/api/kadence/v1",)
"""Where what this server adds to it is."""

_GET: Method = "GET"
_POST: Method = "POST"
_PATCH: Method = "PATCH"
_DELETE: Method = "DELETE"
_ITERATIONS = "/spaces/{space_uid}/iterations"
_ITERATION = f"{_ITERATIONS}/{{iteration_id}}"
_ITERATION_CARDS = f"{_ITERATION}/cards"
_UID_SPACE = "/spaces/{space_uid}"
_SPACE = "/spaces/{space_id}"
_MEMBERS = "/spaces/{space_id}/users"
_BOARDS = "/spaces/{space_id}/boards"
_COLUMNS = "/boards/{board_id}/columns"
_SUBCOLUMNS = "/columns/{column_id}/subcolumns"
_LANES = "/boards/{board_id}/lanes"
_CARD = "/cards/{card_id}"

ROUTES: Sequence[Route] = (
    Route(_POST, _ITERATIONS, iterations.create_iteration, body=iterations.CREATE),
    Route(_GET, _ITERATIONS, iterations.list_iterations, query=iterations.LIST_PARAMETERS),
    Route(_GET, f"{_ITERATIONS}/{{id}}", iterations.get_iteration),
    Route(_PATCH, f"{_ITERATIONS}/{{id}}", iterations.change_iteration, body=iterations.CHANGE),
    Route(_DELETE, f"{_ITERATIONS}/{{id}}", iterations.delete_iteration, body=iterations.DELETE),
    Route(
        _GET,
        _ITERATION_CARDS,
        iteration_cards.list_iteration_cards,
        query=iteration_cards.LIST_PARAMETERS,
    ),
    Route(_POST, _ITERATION_CARDS, iteration_cards.add_iteration_card, body=iteration_cards.ADD),
    Route(_DELETE, f"{_ITERATION_CARDS}/{{card_uid}}", iteration_cards.remove_iteration_card),
    Route(
        _GET,
        "/cards/{card_uid}/iterations-history",
        iteration_cards.list_card_iterations,
        query=iteration_cards.HISTORY_PARAMETERS,
    ),
    Route(_GET, "/users/current", people.get_current_user),
    Route(_GET, "/users", people.list_users, query=people.LIST_PARAMETERS),
    Route(_GET, "/users/{user_id}", people.get_user),
    Route(_GET, "/companies/current", companies.get_company),
    Route(_PATCH, "/companies/current", companies.rename_company, body=companies.CHANGE),
    Route(_GET, "/spaces", spaces.list_spaces, query=spaces.SPACE_PARAMETERS),
    Route(_POST, "/spaces", spaces.create_space, body=spaces.CREATE),
    Route(_GET, _SPACE, spaces.get_space),
    Route(_PATCH, _SPACE, spaces.change_space, body=spaces.CHANGE),
    Route(_DELETE, _SPACE, spaces.delete_space),
    Route(_GET, _MEMBERS, members.list_members, query=members.PARAMETERS),
    Route(_POST, _MEMBERS, members.add_member, body=members.ADD),
    Route(_GET, f"{_MEMBERS}/{{user_id}}", members.get_member),
    Route(_PATCH, f"{_MEMBERS}/{{user_id}}", members.change_member, body=members.CHANGE),
    Route(_DELETE, f"{_MEMBERS}/{{user_id}}", members.remove_member),
    Route(_GET, _BOARDS, boards.list_boards),
    Route(_POST, _BOARDS, boards.create_board, body=boards.CREATE),
    Route(_GET, f"{_BOARDS}/{{id}}", boards.get_board_of_space, query=boards.GET_PARAMETERS),
    Route(_PATCH, f"{_BOARDS}/{{id}}", boards.change_board, body=boards.CHANGE),
    Route(
        _DELETE,
        f"{_BOARDS}/{{id}}",
        boards.delete_board,
        body=columns.DELETE,
        query=columns.DELETE_PARAMETERS,
    ),
    Route(_GET, "/boards/{id}", boards.get_board, query=boards.GET_PARAMETERS),
    Route(_GET, _COLUMNS, columns.list_columns),
    Route(_POST, _COLUMNS, columns.create_column, body=columns.CREATE_COLUMN),
    Route(_PATCH, f"{_COLUMNS}/{{id}}", columns.change_column, body=columns.CHANGE_COLUMN),
    Route(
        _DELETE,
        f"{_COLUMNS}/{{id}}",
        columns.delete_column,
        body=columns.DELETE,
        query=columns.DELETE_PARAMETERS,
    ),
    Route(_GET, _SUBCOLUMNS, columns.list_subcolumns),
    Route(_POST, _SUBCOLUMNS, columns.create_subcolumn, body=columns.CREATE_COLUMN),
    Route(_PATCH, f"{_SUBCOLUMNS}/{{id}}", columns.change_subcolumn, body=columns.CHANGE_COLUMN),
    Route(
        _DELETE,
        f"{_SUBCOLUMNS}/{{id}}",
        columns.delete_subcolumn,
        body=columns.DELETE,
        query=columns.DELETE_PARAMETERS,
    ),
    Route(_GET, _LANES, columns.list_lanes, query=columns.LANE_PARAMETERS),
    Route(_POST, _LANES, columns.create_lane, body=columns.CREATE_LANE),
    Route(_PATCH, f"{_LANES}/{{id}}", columns.change_lane, body=columns.CHANGE_LANE),
    Route(
        _DELETE,
        f"{_LANES}/{{id}}",
        columns.delete_lane,
        body=columns.DELETE,
        query=columns.DELETE_PARAMETERS,
    ),
    Route(_POST, "/cards", cards.create_card, body=cards.CREATE),
    Route(_GET, "/cards", card_list.list_cards, query=card_list.LIST_PARAMETERS),
    Route(_GET, _CARD, cards.get_card, query=cards.GET_PARAMETERS),
    Route(_PATCH, _CARD, cards.change_card, body=cards.CHANGE),
    Route(_DELETE, _CARD, cards.delete_card),
    Route(_GET, f"{_CARD}/location-history", activity.location_history),
    Route(_GET, f"{_CARD}/activity", card_activity.card_activity, query=card_activity.PARAMETERS),
    Route(_GET, f"{_CARD}/members", card_members.list_card_members),
    Route(_POST, f"{_CARD}/members", card_members.add_card_member, body=card_members.ADD),
    Route(
        _PATCH,
        f"{_CARD}/members/{{id}}",
        card_members.change_card_member,
        body=card_members.CHANGE,
    ),
    Route(_DELETE, f"{_CARD}/members/{{id}}", card_members.remove_card_member),
    Route(_GET, f"{_CARD}/tags", tags.list_card_tags),
    Route(_POST, f"{_CARD}/tags", tags.add_card_tag, body=tags.CREATE),
    Route(_DELETE, f"{_CARD}/tags/{{tag_id}}", tags.remove_card_tag),
    Route(_GET, f"{_CARD}/comments", comments.list_comments, query=comments.LIST_PARAMETERS),
    Route(_POST, f"{_CARD}/comments", comments.add_comment, body=comments.ADD),
    Route(
        _PATCH, f"{_CARD}/comments/{{comment_id}}", comments.change_comment, body=comments.CHANGE
    ),
    Route(_DELETE, f"{_CARD}/comments/{{comment_id}}", comments.remove_comment),
    Route(_GET, "/tags", tags.list_tags, query=tags.LIST_PARAMETERS),
    Route(_POST, "/tags", tags.create_tag, body=tags.CREATE, query=tags.CREATE_PARAMETERS),
    Route(_PATCH, "/company/tags/{id}", tags.change_tag, body=tags.CHANGE),
    Route(_DELETE, "/company/tags/{id}", tags.delete_tag),
    Route(_GET, "/user-roles", stubs.list_user_roles),
    Route(_GET, "/card-types", stubs.list_card_types, query=stubs.CARD_TYPE_PARAMETERS),
    Route(
        _GET,
        "/company/custom-properties",
        stubs.list_custom_properties,
        query=stubs.PROPERTY_PARAMETERS,
    ),
    Route(_GET, "/sprints", stubs.list_sprints, query=stubs.SPRINT_PARAMETERS),
)
"""What of the published API is served, below each of BASE_PATHS."""

OWN_ROUTES: Sequence[Route] = (
    Route(
        _GET, "/cards/{card_id}/events", activity.card_events, query=activity.ACTIVITY_PARAMETERS
    ),
    Route(
        _GET, "/spaces/{space_uid}/events", activity.space_events, query=activity.EVENT_PARAMETERS
    ),
    Route(
        _POST,
        f"{_ITERATION_CARDS}/arrange",
        planning.arrange_cards,
        body=planning.ARRANGE,
    ),
    Route(_GET, f"{_ITERATION}/capacity", planning.get_capacity),
    Route(
        _PATCH,
        f"{_ITERATION}/capacity",
        planning.change_capacity,
        body=planning.CHANGE_CAPACITY,
    ),
    Route(_GET, f"{_UID_SPACE}/cards", card_rows.list_rows, query=card_rows.ROW_PARAMETERS),
    Route(_GET, f"{_UID_SPACE}/totals", overview.get_totals),
    Route(_GET, f"{_UID_SPACE}/leftovers", overview.get_leftovers),
    Route(_GET, f"{_UID_SPACE}/periods", overview.get_periods, query=(overview.STATUS,)),
    Route(_GET, f"{_UID_SPACE}/calendar", calendars.get_calendar),
    Route(_PATCH, f"{_UID_SPACE}/calendar", calendars.change_calendar, body=calendars.CHANGE),
    Route(_GET, f"{_ITERATION}/report", insights.get_report, query=insights.REPORT_PARAMETERS),
    Route(_GET, f"{_ITERATION}/flow", insights.get_flow, query=insights.REPORT_PARAMETERS),
    Route(
        _GET,
        f"{_ITERATION}/forecast",
        forecasts.get_forecast,
        query=forecasts.FORECAST_PARAMETERS,
    ),
    Route(
        _GET,
        f"{_UID_SPACE}/velocity",
        velocity.get_velocity,
        query=velocity.VELOCITY_PARAMETERS,
    ),
    *(
        Route(
            _GET,
            f"{_UID_SPACE if kind == 'velocity' else _ITERATION}/{kind}.{format_.value}",
            pictures.chart(kind, format_),
            query=pictures.KINDS[kind].query,
            produces=(pictures.MEDIA_TYPES[format_],),
        )
        for kind in pictures.KINDS
        for format_ in Format
    ),
    Route(
        _GET,
        f"{_ITERATION}/badge.svg",
        pictures.get_badge,
        query=insights.REPORT_PARAMETERS,
        produces=(pictures.SVG,),
    ),
    *(
        Route(
            _GET,
            f"{_UID_SPACE if name == 'velocity' else _ITERATION}/{name}.csv",
            tables.csv_of(name),
            query=made.query,
            produces=(tables.CSV,),
        )
        for name, made in tables.TABLES.items()
    ),
    Route(
        _GET,
        f"{_UID_SPACE}/iterations.ics",
        feeds.get_iterations_feed,
        produces=("text/calendar",),
    ),
    Route(_POST, f"{_UID_SPACE}/links", links.create_link, body=links.CREATE),
    Route(_GET, f"{_UID_SPACE}/links", links.list_links),
    Route(_DELETE, f"{_UID_SPACE}/links/{{link_id}}", links.revoke_link),
    Route(_POST, "/session", sessions.create_session, body=sessions.SESSION, public=True),
    Route(_GET, "/session", sessions.get_session),
    Route(_DELETE, "/session", sessions.end_session),
    Route(_PATCH, "/session/password", sessions.change_password, body=sessions.PASSWORD),
    Route(_GET, "/session/tokens", sessions.list_tokens),
    Route(_POST, "/session/tokens", sessions.create_token, body=sessions.TOKEN),
    Route(_DELETE, "/session/tokens/{id}", sessions.revoke_token),
    Route(_POST, "/invitations", sessions.create_invitation, body=sessions.INVITATION),
    Route(
        _GET,
        "/shared/{key}/{file}",
        links.get_shared,
        query=links.SHARED_PARAMETERS,
        produces=("image/svg+xml", "image/png", "text/calendar", "text/csv", "application/json"),
        public=True,
    ),
)
"""What this server adds, below OWN_BASE_PATHS."""
