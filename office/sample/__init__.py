"""The sample county: 枝江 as of 30 June 2007, with real figures and made-up people."""
