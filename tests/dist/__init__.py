"""What `make dist` made, as somebody installs it who has neither this repository nor Go."""
