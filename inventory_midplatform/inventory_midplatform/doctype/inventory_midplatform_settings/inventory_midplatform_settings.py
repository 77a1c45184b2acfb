import frappe
from frappe.model.document import Document

from inventory_midplatform.adapters.site import jobs
from inventory_midplatform.adapters.site.context import kpi_settings, site_context
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.domain.ageing import Bands
from inventory_midplatform.ports import Settings
from inventory_midplatform.services import kpis, modules


class InventoryMidplatformSettings(Document):
	def validate(self) -> None:
		self._begin_history()
		with shown_in_desk():
			Bands.parsed(self.ageing_bands)
			kpis.check_settings(site_context(), Settings(**kpi_settings(self)))
			modules.check(
				ledger=bool(self.ledger_enabled),
				reservation=bool(self.reservation_enabled),
				replenishment=bool(self.replenishment_enabled),
				outbound=bool(self.outbound_enabled),
				erpnext_reserves=not self.flags.migrating_reservations
				and bool(frappe.db.get_single_value("Stock Settings", "enable_stock_reservation")),
				erpnext_reorders=bool(frappe.db.get_single_value("Stock Settings", "auto_indent")),
			)

	def on_update(self) -> None:
		saved = self.get_doc_before_save()
		before = Settings(**kpi_settings(saved)) if saved else Settings()
		with shown_in_desk():
			if kpis.settings_changed(site_context(), before, Settings(**kpi_settings(self))):
				jobs.queue_kpis()

	def _begin_history(self) -> None:
		"""Begin the history on the day on which the ledger is switched on: what is posted while it is off is not recorded."""
		began = frappe.db.get_single_value(self.doctype, "history_from")
		was_on = frappe.db.get_single_value(self.doctype, "ledger_enabled")
		# not as the form has it: the back-fill may have written it meanwhile
		self.history_from = (
			frappe.utils.nowdate() if self.ledger_enabled and not (was_on and began) else began
		)
