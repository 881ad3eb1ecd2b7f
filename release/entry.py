"""The executable of the bundle: the plugin, or the command if its first argument says so.

Pulumi starts the plugin with flags and an address, so no argument of it can be meant.
"""

import sys

if sys.argv[1:2] == ["harvester-net"]:
    del sys.argv[1]
    from harvester_net.cli.main import main
else:
    from harvester_net.plugin.main import main

main()
