"""Programs that are generated from the OpenAPI document, built and used as their authors would."""
