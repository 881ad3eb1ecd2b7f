"""The lab's own tests: `unit` without a lab, `running` with one."""
