"""The real CLI against real nodes: what it says is held against what their kernels say."""
