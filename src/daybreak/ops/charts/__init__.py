"""Charts of the operations pages, drawn as SVG."""
