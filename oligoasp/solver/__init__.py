"""The only place that talks to clingo: grounding, solving under assumptions, minimal sets."""
