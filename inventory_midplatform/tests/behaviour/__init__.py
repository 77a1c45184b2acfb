"""What the platform does, told as tests that any adapter can run.

Each class is a plain mixin that talks to ``self.platform`` only; an adapter's suite joins it with
``unittest.TestCase`` and sets the class attribute ``platform``.
"""

from inventory_midplatform.tests.behaviour.ages import AgeBehaviour
from inventory_midplatform.tests.behaviour.allocations import AllocationBehaviour
from inventory_midplatform.tests.behaviour.bad_input import BadInputBehaviour
from inventory_midplatform.tests.behaviour.batches_and_serials import (
	BatchBehaviour,
	HoldBehaviour,
	SerialBehaviour,
)
from inventory_midplatform.tests.behaviour.bins import BinBehaviour
from inventory_midplatform.tests.behaviour.expired_stock import ExpiredStockBehaviour
from inventory_midplatform.tests.behaviour.low_stock import LowStockBehaviour
from inventory_midplatform.tests.behaviour.promises import PromiseBehaviour
from inventory_midplatform.tests.behaviour.random_operations import RandomOperationsBehaviour
from inventory_midplatform.tests.behaviour.reading import ReadingBehaviour
from inventory_midplatform.tests.behaviour.requests import RequestBehaviour
from inventory_midplatform.tests.behaviour.reservations import ReservationBehaviour
from inventory_midplatform.tests.behaviour.reserved_stock import ReservedStockBehaviour
from inventory_midplatform.tests.behaviour.sales_orders import SalesOrderBehaviour
from inventory_midplatform.tests.behaviour.settlement import SettlementBehaviour
from inventory_midplatform.tests.behaviour.storage import StorageBehaviour
from inventory_midplatform.tests.behaviour.taking_over import TakingOverBehaviour
from inventory_midplatform.tests.behaviour.transfers import TransferBehaviour

BEHAVIOURS = (
	SettlementBehaviour,
	BinBehaviour,
	BatchBehaviour,
	SerialBehaviour,
	HoldBehaviour,
	ExpiredStockBehaviour,
	AgeBehaviour,
	StorageBehaviour,
	ReservationBehaviour,
	TransferBehaviour,
	AllocationBehaviour,
	PromiseBehaviour,
	SalesOrderBehaviour,
	ReservedStockBehaviour,
	TakingOverBehaviour,
	LowStockBehaviour,
	RequestBehaviour,
	ReadingBehaviour,
	BadInputBehaviour,
	RandomOperationsBehaviour,
)
