#!/bin/sh
# The command beside the plugin: the same executable, which is told so by its first argument.
exec "$(dirname "$(readlink -f "$0")")/pulumi-resource-harvester-net" harvester-net "$@"
