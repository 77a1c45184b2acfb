// Writes src/api/schema.d.ts from docs/openapi.json (OPENAPI names another one).
import { mkdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const source = process.env.OPENAPI ?? new URL("../../docs/openapi.json", import.meta.url).pathname;
const target = new URL("../src/api/schema.d.ts", import.meta.url);
const ast = await openapiTS(pathToFileURL(source));
mkdirSync(new URL(".", target), { recursive: true });
writeFileSync(target, `// Written by build/types.mjs from the OpenAPI document. Not edited by hand.\n${astToString(ast)}`);
