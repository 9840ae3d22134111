"""The pure rules, without a server."""

import itertools

import pytest

from kadence.domain.access import ROLE_UIDS, SpaceAccess, role_in_space, role_of_uid
from kadence.domain.errors import RuleViolation
from kadence.domain.lifecycle import check_period
from kadence.domain.model import CompanyRole, SpaceRole, SpaceVisibility

ROLES = (None, *SpaceRole)


@pytest.mark.parametrize(("general", "own"), list(itertools.product(SpaceRole, ROLES)))
def test_the_role_in_a_space(general: SpaceRole, own: SpaceRole | None) -> None:
    def role(access: SpaceVisibility, company_role: CompanyRole) -> SpaceRole | None:
        return role_in_space(company_role, SpaceAccess(1, "uid", access.value, general, own))

    assert role(SpaceVisibility.BY_INVITE, CompanyRole.USER) == own
    assert role(SpaceVisibility.FOR_EVERYONE, CompanyRole.USER) == max(general, own or general)
    for access in SpaceVisibility:
        assert role(access, CompanyRole.OWNER) == SpaceRole.ADMIN


def test_preset_roles_are_known_by_their_uids() -> None:
    for role, uid in ROLE_UIDS.items():
        assert role_of_uid(uid.upper()) == role
    assert role_of_uid("nonsense") is None


@pytest.mark.parametrize(("start", "finish"), [(None, None), (1, None), (None, 1), (-5, -4)])
def test_a_period_that_is_open_or_grows_is_allowed(start: int | None, finish: int | None) -> None:
    check_period(start, finish)


@pytest.mark.parametrize(("start", "finish"), [(1, 1), (2, 1)])
def test_a_period_that_does_not_grow_is_code_6(start: int, finish: int) -> None:
    with pytest.raises(RuleViolation) as refused:
        check_period(start, finish)
    assert refused.value.code == 6
