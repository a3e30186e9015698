"""The conformance scenarios, one module a chapter; shipped in the wheel."""
