"""Changes on their way: drafts, sealed submissions, their states, decisions and merging."""
