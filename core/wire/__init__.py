"""What travels: canonical bytes, signed notes, envelopes, receipts, replies (design.md §5-6)."""
