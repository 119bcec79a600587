"""What several screens share: page, badges, bars, empty states, search."""
