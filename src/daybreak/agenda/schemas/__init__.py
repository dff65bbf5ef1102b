"""Input and output models of the agenda's API, one module a resource."""
