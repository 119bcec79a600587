"""The review desk: server-rendered pages for reviewers, auditors and administrators."""
