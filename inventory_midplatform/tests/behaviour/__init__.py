"""The platform's behaviour, as tests that every adapter runs.

Each class is a plain mixin that talks to ``self.platform`` only; an adapter's suite joins it with
``unittest.TestCase`` and sets the class attribute ``platform``.
"""

from inventory_midplatform.tests.behaviour.allocations import AllocationBehaviour
from inventory_midplatform.tests.behaviour.approval_numbers import ApprovalNumbersBehaviour
from inventory_midplatform.tests.behaviour.approval_policies import ApprovalPoliciesBehaviour
from inventory_midplatform.tests.behaviour.approval_times import ApprovalTimesBehaviour
from inventory_midplatform.tests.behaviour.approval_trials import ApprovalTrialsBehaviour
from inventory_midplatform.tests.behaviour.approval_turns import ApprovalTurnsBehaviour
from inventory_midplatform.tests.behaviour.approvals import ApprovalBehaviour
from inventory_midplatform.tests.behaviour.approvals_away import ApprovalsAwayBehaviour
from inventory_midplatform.tests.behaviour.approvals_of_documents import ApprovalOfDocumentsBehaviour
from inventory_midplatform.tests.behaviour.approvals_of_flows import (
	ApprovalOfInboundBehaviour,
	ApprovalOfOutboundBehaviour,
)
from inventory_midplatform.tests.behaviour.available_to_promise import PromiseBehaviour
from inventory_midplatform.tests.behaviour.bad_input import BadInputBehaviour
from inventory_midplatform.tests.behaviour.batches_and_serials import (
	BatchBehaviour,
	BlockBehaviour,
	SerialBehaviour,
)
from inventory_midplatform.tests.behaviour.bin_limits import BinLimitBehaviour
from inventory_midplatform.tests.behaviour.bins import BinBehaviour
from inventory_midplatform.tests.behaviour.bins_to_count import BinsToCountBehaviour
from inventory_midplatform.tests.behaviour.cross_docking import CrossDockingBehaviour
from inventory_midplatform.tests.behaviour.expired_stock import ExpiredStockBehaviour
from inventory_midplatform.tests.behaviour.expiring_stock import ExpiringStockBehaviour
from inventory_midplatform.tests.behaviour.inbound import InboundBehaviour
from inventory_midplatform.tests.behaviour.inbound_changes import InboundChangeBehaviour
from inventory_midplatform.tests.behaviour.inbound_codes import InboundCodeBehaviour
from inventory_midplatform.tests.behaviour.inbound_inspection import InspectionPhotoBehaviour
from inventory_midplatform.tests.behaviour.inbound_labels import InboundLabelBehaviour
from inventory_midplatform.tests.behaviour.inbound_plans import InspectionPlanBehaviour
from inventory_midplatform.tests.behaviour.inbound_rejects import (
	DestroyedBehaviour,
	PurchaseReturnBehaviour,
	RejectBinBehaviour,
)
from inventory_midplatform.tests.behaviour.inbound_sources import InboundSourceBehaviour
from inventory_midplatform.tests.behaviour.inbound_tolerances import ToleranceBehaviour
from inventory_midplatform.tests.behaviour.inbound_trucks import InboundTruckBehaviour
from inventory_midplatform.tests.behaviour.inbound_work_orders import WorkOrderReceiptBehaviour
from inventory_midplatform.tests.behaviour.kpis import KpiBehaviour
from inventory_midplatform.tests.behaviour.low_stock import LowStockBehaviour
from inventory_midplatform.tests.behaviour.migration import MigrationBehaviour
from inventory_midplatform.tests.behaviour.movement_journal import MovementJournalBehaviour
from inventory_midplatform.tests.behaviour.outbound import OutboundBehaviour
from inventory_midplatform.tests.behaviour.outbound_bad_input import OutboundBadInputBehaviour
from inventory_midplatform.tests.behaviour.outbound_cancelled import OutboundCancelledBehaviour
from inventory_midplatform.tests.behaviour.outbound_checks import OutboundCheckBehaviour
from inventory_midplatform.tests.behaviour.outbound_on_hold import OutboundOnHoldBehaviour
from inventory_midplatform.tests.behaviour.outbound_picks import OutboundPickBehaviour
from inventory_midplatform.tests.behaviour.outbound_requests import OutboundRequestBehaviour
from inventory_midplatform.tests.behaviour.outbound_staging import OutboundStagingBehaviour
from inventory_midplatform.tests.behaviour.outbound_write_offs import WriteOffBehaviour
from inventory_midplatform.tests.behaviour.pick_faces import PickFaceBehaviour
from inventory_midplatform.tests.behaviour.put_away_walk import PutAwayWalkBehaviour
from inventory_midplatform.tests.behaviour.random_operations import RandomOperationsBehaviour
from inventory_midplatform.tests.behaviour.reading import ReadingBehaviour
from inventory_midplatform.tests.behaviour.reassignment import ReassignmentBehaviour
from inventory_midplatform.tests.behaviour.requests import RequestBehaviour
from inventory_midplatform.tests.behaviour.reservations import ReservationBehaviour
from inventory_midplatform.tests.behaviour.reserved_stock import ReservedStockBehaviour
from inventory_midplatform.tests.behaviour.sales_orders import SalesOrderBehaviour
from inventory_midplatform.tests.behaviour.service_level import ServiceBehaviour
from inventory_midplatform.tests.behaviour.settlement import SettlementBehaviour
from inventory_midplatform.tests.behaviour.snapshots import SnapshotsBehaviour
from inventory_midplatform.tests.behaviour.stock_age import AgeBehaviour
from inventory_midplatform.tests.behaviour.stock_ageing import StockAgeingBehaviour
from inventory_midplatform.tests.behaviour.stock_history import StockHistoryBehaviour
from inventory_midplatform.tests.behaviour.stock_on_hold import StockOnHoldBehaviour
from inventory_midplatform.tests.behaviour.stock_outs import StockOutBehaviour
from inventory_midplatform.tests.behaviour.stock_overview import StockOverviewBehaviour
from inventory_midplatform.tests.behaviour.storage_policies import StoragePolicyBehaviour
from inventory_midplatform.tests.behaviour.suggestions import SuggestionBehaviour
from inventory_midplatform.tests.behaviour.supplier_performance import SupplierBehaviour
from inventory_midplatform.tests.behaviour.views import ViewBehaviour
from inventory_midplatform.tests.behaviour.waves import WaveBehaviour
from inventory_midplatform.tests.behaviour.waves_closing import WaveClosingBehaviour

BEHAVIOURS = (
	SettlementBehaviour,
	BinBehaviour,
	BatchBehaviour,
	SerialBehaviour,
	BlockBehaviour,
	StockOnHoldBehaviour,
	ExpiredStockBehaviour,
	AgeBehaviour,
	SnapshotsBehaviour,
	StoragePolicyBehaviour,
	SuggestionBehaviour,
	BinLimitBehaviour,
	PickFaceBehaviour,
	ReservationBehaviour,
	ReassignmentBehaviour,
	AllocationBehaviour,
	PromiseBehaviour,
	SalesOrderBehaviour,
	ReservedStockBehaviour,
	MigrationBehaviour,
	LowStockBehaviour,
	InboundBehaviour,
	InboundChangeBehaviour,
	InspectionPhotoBehaviour,
	InspectionPlanBehaviour,
	DestroyedBehaviour,
	RejectBinBehaviour,
	PurchaseReturnBehaviour,
	InboundCodeBehaviour,
	InboundLabelBehaviour,
	InboundTruckBehaviour,
	CrossDockingBehaviour,
	PutAwayWalkBehaviour,
	InboundSourceBehaviour,
	ToleranceBehaviour,
	WorkOrderReceiptBehaviour,
	SupplierBehaviour,
	StockAgeingBehaviour,
	MovementJournalBehaviour,
	StockOutBehaviour,
	StockOverviewBehaviour,
	StockHistoryBehaviour,
	ExpiringStockBehaviour,
	ServiceBehaviour,
	KpiBehaviour,
	ViewBehaviour,
	OutboundBehaviour,
	OutboundCheckBehaviour,
	OutboundOnHoldBehaviour,
	OutboundBadInputBehaviour,
	OutboundPickBehaviour,
	OutboundRequestBehaviour,
	OutboundStagingBehaviour,
	OutboundCancelledBehaviour,
	WaveClosingBehaviour,
	WriteOffBehaviour,
	BinsToCountBehaviour,
	WaveBehaviour,
	RequestBehaviour,
	ApprovalBehaviour,
	ApprovalNumbersBehaviour,
	ApprovalOfDocumentsBehaviour,
	ApprovalOfInboundBehaviour,
	ApprovalOfOutboundBehaviour,
	ApprovalPoliciesBehaviour,
	ApprovalTrialsBehaviour,
	ApprovalTurnsBehaviour,
	ApprovalTimesBehaviour,
	ApprovalsAwayBehaviour,
	ReadingBehaviour,
	BadInputBehaviour,
	RandomOperationsBehaviour,
)
