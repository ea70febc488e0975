"""The pages: thin handlers that ask the engine and hand what they got to a template."""
