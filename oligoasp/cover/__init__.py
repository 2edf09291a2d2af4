"""What the cases cover: clauses, rules, and both sides of each limit."""
