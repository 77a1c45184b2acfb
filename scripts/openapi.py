"""Write docs/openapi.json, the OpenAPI document of every operation."""

import json
from pathlib import Path

from inventory_midplatform.api import openapi, v1

TARGET = Path(__file__).parents[1] / "docs" / "openapi.json"

if __name__ == "__main__":
	assert v1.__all__, "importing v1 registers the operations"
	TARGET.write_text(
		json.dumps(openapi.document(), ensure_ascii=False, indent="\t") + "\n", encoding="utf-8"
	)
	print(TARGET)
