"""The version of the package, of the plugin and of the schema."""

VERSION = "0.1.0"
