"""Load for any service with an OpenAPI document: the document and a host are all that it knows."""
