"""Write docs/openapi.json, the OpenAPI document of every operation, and docs/flows.md, the diagrams of the flows."""

import json
from pathlib import Path

from inventory_midplatform.api import openapi, v1
from inventory_midplatform.domain.flows import described
from inventory_midplatform.domain.inbound import INBOUND
from inventory_midplatform.domain.outbound import OUTBOUND
from inventory_midplatform.domain.waves import WAVE

DOCS = Path(__file__).parents[1] / "docs"
TARGET = DOCS / "openapi.json"
FLOWS = DOCS / "flows.md"

if __name__ == "__main__":
	assert v1.__all__, "importing v1 registers the operations"
	TARGET.write_text(
		json.dumps(openapi.document(), ensure_ascii=False, indent="\t") + "\n", encoding="utf-8"
	)
	FLOWS.write_text(described((INBOUND, OUTBOUND, WAVE)), encoding="utf-8")
	print(TARGET, FLOWS, sep="\n")
