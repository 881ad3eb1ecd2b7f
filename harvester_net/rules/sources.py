"""Where the rules were read: the files of Harvester and Kubernetes, at the version read."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Source:
    """A file in a public repository at one version."""

    repository: str
    version: str
    path: str

    def at(self, version: str) -> Source:
        """The same file at another version."""
        return replace(self, version=version)

    @property
    def url(self) -> str:
        """Where it can be read."""
        return f"https://github.com/{self.repository}/blob/{self.version}/{self.path}"

    def __str__(self) -> str:
        _, _, name = self.repository.partition("/")
        return f"{name} {self.version}: {self.path}"


NETWORK_CONTROLLER = "harvester/network-controller-harvester", "v1.7.1"
DHCP_CONTROLLER = "harvester/vm-dhcp-controller", "v1.9.0-rc3"
HARVESTER = "harvester/harvester", "v1.8.2"
KUBERNETES = "kubernetes/kubernetes", "v1.35.4"

BOND_OF_AGENT = Source(*NETWORK_CONTROLLER, "pkg/network/iface/bond.go")
CLUSTER_NETWORK_AGENT = Source(
    *NETWORK_CONTROLLER, "pkg/controller/agent/clusternetwork/controller.go"
)
CLUSTER_NETWORK_VALIDATOR = Source(
    *NETWORK_CONTROLLER, "pkg/webhook/clusternetwork/validator.go"
)
HOST_NETWORK_VALIDATOR = Source(
    NETWORK_CONTROLLER[0], "v1.9.0-rc6", "pkg/webhook/hostnetworkconfig/validator.go"
)
HOST_NETWORK_AGENT = Source(
    NETWORK_CONTROLLER[0],
    "v1.9.0-rc6",
    "pkg/controller/agent/hostnetworkconfig/controller.go",
)
DHCP_POOL_VALIDATOR = Source(*DHCP_CONTROLLER, "pkg/webhook/ippool/validator.go")
DHCP_OF_VMS = Source(*DHCP_CONTROLLER, "pkg/controller/vm/controller.go")
LINK_MONITOR_AGENT = Source(
    *NETWORK_CONTROLLER, "pkg/controller/agent/linkmonitor/controller.go"
)
NAD_SCHEMA = Source(*NETWORK_CONTROLLER, "pkg/config/context.go")
NAD_UTILITIES = Source(*NETWORK_CONTROLLER, "pkg/utils/nad.go")
NAD_VALIDATOR = Source(*NETWORK_CONTROLLER, "pkg/webhook/nad/validator.go")
VLAN_CONFIG_AGENT = Source(
    *NETWORK_CONTROLLER, "pkg/controller/agent/vlanconfig/controller.go"
)
VLAN_CONFIG_MUTATOR = Source(*NETWORK_CONTROLLER, "pkg/webhook/vlanconfig/mutator.go")
VLAN_CONFIG_SCHEMA = Source(
    *NETWORK_CONTROLLER, "manifests/crds/network.harvesterhci.io_vlanconfigs.yaml"
)
VLAN_CONFIG_VALIDATOR = Source(*NETWORK_CONTROLLER, "pkg/webhook/vlanconfig/validator.go")
CHART_VALUES = Source(*HARVESTER, "deploy/charts/harvester/values.yaml")
HARVESTER_NAD_VALIDATOR = Source(
    *HARVESTER, "pkg/webhook/resources/networkattachmentdefinition/validator.go"
)
NETWORK_UTILITIES = Source(*HARVESTER, "pkg/util/network/common.go")
SETTING_SCHEMA = Source(
    *HARVESTER, "deploy/charts/harvester-crd/templates/harvesterhci.io_settings.yaml"
)
SETTING_VALIDATOR = Source(*HARVESTER, "pkg/webhook/resources/setting/validator.go")
VM_MUTATOR = Source(*HARVESTER, "pkg/webhook/resources/virtualmachine/mutator.go")
STORAGE_NETWORK_CONTROLLER = Source(
    *HARVESTER, "pkg/controller/master/storagenetwork/storage_network.go"
)
OBJECT_META = Source(
    *KUBERNETES, "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go"
)
