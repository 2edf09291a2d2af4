"""Do the cases test the protocol? Its rules changed one by one, and what notices."""
