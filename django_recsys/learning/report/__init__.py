"""An evaluation as a web page."""
