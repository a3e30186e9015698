// Validate one AsyncAPI document with the parser of the AsyncAPI initiative: node check.mjs DOCUMENT
// What it finds is written as JSON, one diagnosis a line; status 1 where one is an error.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Parser, DiagnosticSeverity } from "@asyncapi/parser";

const source = resolve(process.argv[2]);
const { document, diagnostics } = await new Parser().parse(readFileSync(source, "utf-8"), { source });
for (const { severity, code, message, path } of diagnostics) {
  console.log(JSON.stringify({ severity: DiagnosticSeverity[severity], code, message, path: path.join("/") }));
}
const failed = diagnostics.some(({ severity }) => severity === DiagnosticSeverity.Error);
process.exitCode = document && !failed ? 0 : 1;
