"""The command line of the office: `zhibao-office`."""
