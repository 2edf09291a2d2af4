"""oligoasp: clinical-trial eligibility whose criteria are logic-programming rules."""

__version__ = "0.1.0"
