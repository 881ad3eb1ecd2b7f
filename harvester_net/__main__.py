"""``python -m harvester_net`` is the plugin, for hosts that start it by module (P16)."""

from harvester_net.plugin.main import main

if __name__ == "__main__":
    main()
