"""The independent reference: the criteria again in plain Python, and a record generator."""
