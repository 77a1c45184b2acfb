"""Two storekeepers at once, over HTTP on a site."""

from typing import ClassVar

from inventory_midplatform.domain.roles import OPERATOR, SUPERVISOR
from inventory_midplatform.tests.outbound_races import OutboundRaces
from inventory_midplatform.tests.site_races import SiteRaces


class TestOutboundRaces(OutboundRaces, SiteRaces):
	roles: ClassVar = [OPERATOR, SUPERVISOR]
