"""What all tests share."""

pytest_plugins = ["lab.fixtures", "pytester", "tests.forking.fixtures"]
