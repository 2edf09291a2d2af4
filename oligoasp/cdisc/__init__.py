"""What CDISC SDTM datasets about eligibility share, and the trial design dataset TI."""
