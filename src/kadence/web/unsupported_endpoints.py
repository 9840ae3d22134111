"""The published operations of the Kaiten API that this server does not serve.

A request for one of them is answered 404 with `X-Kadence: not-served`, so that whoever builds a
client can tell it from a wrong address. An entry leaves this list when its route enters
web/routes.py.
"""

import re
from collections.abc import Sequence

_NOT_SERVED = """
/addons GET
/api-keys GET POST
/api-keys/{key_id} DELETE
/blockers/{blocker_id}/categories POST
/blockers/{blocker_id}/categories/{category_uuid} DELETE
/blockers/{blocker_id}/users GET POST
/blockers/{blocker_id}/users/{user_id} DELETE
/calendars GET
/calendars/{calendar_id} GET
/card-types POST
/card-types/{type_id} DELETE GET PATCH
/card-types/{type_id}/tree-entities GET POST
/card-types/{type_id}/tree-entities/{tree_entity_uid} DELETE
/cards PATCH
/cards/{card_id}/addons-data GET PATCH
/cards/{card_id}/addons-data/{addon_uid} GET PATCH
/cards/{card_id}/allowed-users GET
/cards/{card_id}/baselines GET
/cards/{card_id}/blockers GET POST
/cards/{card_id}/blockers/{blocker_id} DELETE PATCH
/cards/{card_id}/checklists POST
/cards/{card_id}/checklists/{checklist_id} DELETE GET PATCH
/cards/{card_id}/checklists/{checklist_id}/items POST
/cards/{card_id}/checklists/{checklist_id}/items/{item_id} DELETE PATCH
/cards/{card_id}/children GET POST
/cards/{card_id}/children/{child_id} DELETE
/cards/{card_id}/custom-properties/{property_id}/collective-score-values GET POST
/cards/{card_id}/custom-properties/{property_id}/collective-score-values/{value_id} PATCH
/cards/{card_id}/custom-properties/{property_id}/collective-vote-values GET POST
/cards/{card_id}/custom-properties/{property_id}/collective-vote-values/{value_id} DELETE PATCH
/cards/{card_id}/external-links GET POST
/cards/{card_id}/external-links/{link_id} DELETE PATCH
/cards/{card_id}/parents GET POST
/cards/{card_id}/parents/{parent_id} DELETE
/cards/{card_id}/planned-relation POST
/cards/{card_id}/planned-relation/{target_card_id} DELETE PATCH
/cards/{card_id}/sd-external-recipients POST
/cards/{card_id}/sd-external-recipients/{email} DELETE
/cards/{card_id}/sla-rules-measurements GET
/cards/{card_id}/slas POST
/cards/{card_id}/slas/{sla_id} DELETE
/cards/{card_id}/subscribers GET POST
/cards/{card_id}/subscribers/{user_id} DELETE
/cards/{card_id}/time-logs GET POST
/cards/{card_id}/time-logs/{time_log_id} DELETE PATCH
/cards/{card_uid}/comments/{comment_uid}/files POST
/cards/{card_uid}/comments/{comment_uid}/files/{file_id} DELETE GET PATCH
/cards/{card_uid}/custom-properties/{property_uid}/files POST
/cards/{card_uid}/custom-properties/{property_uid}/files/{file_id} DELETE GET PATCH
/cards/{card_id}/files GET PUT
/cards/{card_uid}/files POST
/cards/{card_uid}/files/{file_id} DELETE GET PATCH
/categories GET
/charts/block-resolution-time-chart POST
/charts/cfd POST
/charts/control-chart POST
/charts/cycle-time-chart POST
/charts/due-dates POST
/charts/lead-time POST
/charts/sales-funnel POST
/charts/spectral-chart POST
/charts/summary POST
/charts/task-distribution-chart POST
/charts/throughput-capacity-chart POST
/charts/throughput-demand-chart POST
/charts/{space_id}/boards GET
/checklists/{checklist_id} GET
/checklists/{checklist_id}/items POST
/checklists/{checklist_id}/items/{item_id} DELETE PATCH
/columns/{column_id}/subscribers GET POST
/columns/{column_id}/subscribers/{user_id} DELETE
/company/activity GET
/company/addons GET
/company/custom-directories GET POST
/company/custom-directories/{directory_id} DELETE GET PATCH
/company/custom-directories/{directory_id}/fields GET POST
/company/custom-directories/{directory_id}/fields/{field_id} DELETE GET PATCH
/company/custom-directories/{directory_id}/records GET POST
/company/custom-directories/{directory_id}/records/{record_id} DELETE GET PATCH
/company/custom-directories/{directory_id}/records/{record_id}/cards GET
/company/custom-properties POST
/company/custom-properties/{property_id} DELETE GET PATCH
/company/custom-properties/{property_id}/catalog-values GET POST
/company/custom-properties/{property_id}/catalog-values/{value_id} DELETE GET PATCH
/company/custom-properties/{property_id}/select-values GET POST
/company/custom-properties/{property_id}/select-values/{value_id} DELETE GET PATCH
/company/custom-properties/{property_id}/tree-entities GET POST
/company/custom-properties/{property_id}/tree-entities/{tree_entity_uid} DELETE
/company/groups GET POST
/company/groups/{group_uid} DELETE GET PATCH
/company/groups/{group_uid}/entities GET POST
/company/groups/{group_uid}/entities/{entity_uid} DELETE PATCH
/company/users GET
/company/users/current/addons-data/{addon_uid} GET PATCH
/company/users/{user_id} DELETE PATCH
/company/workflows GET POST
/company/workflows/{workflow_id} DELETE GET PATCH
/dashboards GET POST
/dashboards/{dashboard_id} DELETE GET PATCH
/dashboards/{dashboard_id}/compute-jobs POST
/dashboards/{dashboard_id}/compute-jobs/{job_id} GET
/dashboards/{dashboard_id}/users GET POST
/dashboards/{dashboard_id}/users/{user_uid} DELETE PATCH
/dashboards/{dashboard_id}/widgets POST
/dashboards/{dashboard_id}/widgets/{widget_id} DELETE PATCH
/document-groups GET POST
/document-groups/{group_uid} DELETE GET PATCH
/document-schemas/{schema_id} GET
/documents GET POST
/documents/{document_uid} DELETE GET PATCH
/documents/{document_uid}/files PUT
/documents/{document_uid}/files/{file_id} GET
/files/download GET
/groups/{group_uid}/admins GET POST
/groups/{group_uid}/admins/{user_id} DELETE
/groups/{group_uid}/users GET POST
/groups/{group_uid}/users/{user_id} DELETE
/projects GET POST
/projects/{project_id} DELETE GET PATCH
/projects/{project_id}/cards GET POST
/projects/{project_id}/cards/{card_id} DELETE
/removed/boards GET
/removed/cards GET
/saved-filters GET POST
/saved-filters/{filter_id} DELETE GET PATCH
/sd-settings/current GET PATCH
/service-desk/organizations GET POST
/service-desk/organizations/{organization_id} DELETE GET PATCH
/service-desk/organizations/{organization_id}/users DELETE PATCH POST
/service-desk/organizations/{organization_id}/users/{user_id} DELETE PATCH
/service-desk/requests GET POST
/service-desk/requests/{request_id} DELETE GET PATCH
/service-desk/services GET POST
/service-desk/services/{service_id} GET PATCH
/service-desk/services/{service_id}/vote-properties POST
/service-desk/services/{service_id}/vote-properties/{property_id} DELETE
/service-desk/sla GET POST
/service-desk/sla-stats GET
/service-desk/sla/{sla_id} DELETE GET PATCH
/service-desk/sla/{sla_id}/recalculate-measurements POST
/service-desk/sla/{sla_id}/rules POST
/service-desk/sla/{sla_id}/rules/{rule_id} DELETE PATCH
/service-desk/stats GET
/service-desk/template-answers GET POST
/service-desk/template-answers/{template_answer_id} DELETE GET PATCH
/service-desk/users GET
/service-desk/users/set-temporary-password/{user_id} PATCH
/service-desk/users/{user_id} PATCH
/spaces/{space_id}/activity GET
/spaces/{space_id}/addons GET
/spaces/{space_id}/addons/{addon_uid} DELETE PATCH
/spaces/{space_id}/automations GET POST
/spaces/{space_id}/automations/{automation_id} DELETE GET PATCH
/spaces/{space_id}/automations/{automation_id}/copy POST
/spaces/{space_id}/external-webhooks GET POST
/spaces/{space_id}/external-webhooks/{webhook_id} DELETE GET PATCH
/spaces/{space_id}/restrictions/{restriction_id} DELETE PATCH
/spaces/{space_id}/sla-rules-measurements GET
/spaces/{space_id}/topology GET
/spaces/{space_id}/webhooks GET POST
/spaces/{space_id}/webhooks/{webhook_id} DELETE PATCH
/spaces/{space_uid}/template-checklists GET POST
/spaces/{space_uid}/template-checklists/{template_checklist_uid} DELETE PATCH
/spaces/{space_uid}/template-checklists/{template_checklist_uid}/items POST
/spaces/{space_uid}/template-checklists/{template_checklist_uid}/items/{item_uid} DELETE PATCH
/spaces/{target_space_id}/restrictions POST
/sprints POST
/sprints/{sprint_id} DELETE GET PATCH
/time-logs GET
/token-please GET
/tree GET
/tree-entities GET
/tree-entities/{entity_uid}/share DELETE GET PATCH POST
/tree-entity-roles GET
/tree-entity-roles/{role_id} GET
/tree/children GET
/user-roles POST
/user-roles/{role_id} DELETE GET PATCH
/user-timers GET POST
/user-timers/{timer_id} DELETE GET PATCH
/users/current/blockers GET
/users/current/compute-jobs/{job_id} DELETE GET
/users/{user_id} PATCH
"""

_SCIM = """
/scim/v2/Groups GET POST
/scim/v2/Groups/{group_id} GET PATCH
/scim/v2/Users GET POST
/scim/v2/Users/{user_id} GET PATCH
"""


def _endpoints(lines: str) -> tuple[tuple[str, Sequence[str]], ...]:
    return tuple((path, methods) for path, *methods in map(str.split, lines.strip().splitlines()))


NOT_SERVED: Sequence[tuple[str, Sequence[str]]] = _endpoints(_NOT_SERVED)
"""Paths below the base path, each with its published methods that are not served."""

SCIM: Sequence[tuple[str, Sequence[str]]] = _endpoints(_SCIM)
"""The same of user provisioning, whose paths are whole: it is below no base path."""

_PATTERNS = [
    (re.compile(re.sub(r"{\w+}", "[^/]+", path)), methods) for path, methods in (*NOT_SERVED, *SCIM)
]


BY_PATH = dict(NOT_SERVED)
"""The same by path."""


def not_served(path: str, *, literal: bool) -> Sequence[str]:
    """Return the methods that are published and not served of a path below its base path.

    A `literal` path is served under this very name: else `/users/current` would pass for a
    `/users/{user_id}`.
    """
    if literal:
        return BY_PATH.get(path, ())
    return [m for pattern, methods in _PATTERNS if pattern.fullmatch(path) for m in methods]
