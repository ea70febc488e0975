"""The JSON face: routes, thin handlers, problem documents and OpenAPI."""
