"""Harvester's networks, and the VM networks of Multus (H1.1 to H1.6, B1.1)."""

from __future__ import annotations

from harvester_net.harvester.versions import HOST_NETWORKS, UNKNOWN_LINK_STATE, Version
from harvester_net.lab.manifests.definitions.definition import AGE, Group
from harvester_net.lab.manifests.definitions.schema import (
    CONDITIONS,
    LABELS,
    Object,
    array,
    boolean,
    fields,
    integer,
    mapping,
    root,
    rule,
    string,
)

NETWORK = Group("network.harvesterhci.io", "v1beta1")
DHCP = Group("network.harvesterhci.io", "v1alpha1")
CNI = Group("k8s.cni.cncf.io", "v1")


def network(version: Version) -> list[Object]:
    """The kinds of Harvester's network controller in a version."""
    found = [cluster_network(), vlan_config(), vlan_status(), link_monitor(version)]
    return [*found, *([host_network_config()] if HOST_NETWORKS.on(version) else ())]


def cluster_network() -> Object:
    schema = root(status=fields(conditions=CONDITIONS))
    return NETWORK.kind("ClusterNetwork", schema, namespaced=False, short="cn cns")


def vlan_config() -> Object:
    spec = fields(
        "clusterNetwork uplink",
        clusterNetwork=string(),
        description=string(),
        nodeSelector=LABELS,
        uplink=fields(
            nics=array(string()), linkAttributes=_LINK_ATTRIBUTES, bondOptions=_BOND_OPTIONS
        ),
    )
    return NETWORK.kind(
        "VlanConfig",
        root("spec", spec=spec),
        namespaced=False,
        short="vc vcs",
        columns=(
            "CLUSTERNETWORK .spec.clusterNetwork",
            "DESCRIPTION .spec.description",
            AGE,
        ),
    )


_LINK_ATTRIBUTES = fields(
    mtu=integer(minimum=0),
    txQLen=integer(minimum=-1, default=-1),
    hardwareAddr=string(format="byte"),
)
_BOND_OPTIONS = fields(
    mode=string(
        "balance-rr",
        "active-backup",
        "balance-xor",
        "broadcast",
        "802.3ad",
        "balance-tlb",
        "balance-alb",
        default="active-backup",
    ),
    miimon=integer(minimum=-1, default=-1),
)


def vlan_status() -> Object:
    status = fields(
        "clusterNetwork linkMonitor node vlanConfig",
        clusterNetwork=string(),
        vlanConfig=string(),
        linkMonitor=string(),
        node=string(),
        localAreas=array(fields("vlanID", vlanID=integer(), cidr=string())),
        conditions=CONDITIONS,
    )
    return NETWORK.kind(
        "VlanStatus",
        root("status", status=status),
        namespaced=False,
        short="vs vss",
        columns=(
            "CLUSTERNETWORK .status.clusterNetwork",
            "VLANCONFIG .status.vlanConfig",
            "NODE .status.node",
            "DESCRIPTION .spec.description",
            AGE,
        ),
    )


def link_monitor(version: Version) -> Object:
    states = ("up", "down", *(["unknown"] if UNKNOWN_LINK_STATE.on(version) else []))
    link = fields(
        "name",
        name=string(),
        index=integer(),
        type=string(),
        mac=string(),
        promiscuous=boolean(),
        state=string(*states),
        masterIndex=integer(),
    )
    target = fields(typeRule=string(), nameRule=string())
    schema = root(
        "spec",
        spec=fields(nodeSelector=LABELS, targetLinkRule=target),
        status=fields(linkStatus=mapping(array(link)), conditions=CONDITIONS),
    )
    return NETWORK.kind("LinkMonitor", schema, namespaced=False, short="lm lms")


def host_network_config() -> Object:
    ip = string(maxLength=50) | rule("isCIDR(self)", "Invalid CIDR format")
    spec = fields(
        "clusterNetwork mode vlanID",
        description=string(),
        clusterNetwork=string(minLength=1),
        vlanID=integer(minimum=1, maximum=4094),
        mode=string("static", "dhcp", minLength=1),
        ips=mapping(ip, maxProperties=500),
        nodeSelector=_SELECTOR,
        underlay=boolean(),
    ) | rule(
        "self.mode != 'static' || (has(self.ips) && size(self.ips) > 0)",
        "spec.ips must be specified and non-empty when mode is static",
    )
    of_node = fields(
        "clusterNetwork mode vlanID",
        clusterNetwork=string(),
        vlanID=integer(),
        mode=string(),
        conditions=CONDITIONS,
    )
    status = fields(nodeStatus=mapping(of_node), conditions=CONDITIONS)
    schema = root("spec", spec=spec, status=status)
    return NETWORK.kind(
        "HostNetworkConfig", schema, namespaced=False, short="hnc hncs", status=True
    )


_SELECTOR = fields(
    matchLabels=LABELS,
    matchExpressions=array(
        fields("key operator", key=string(), operator=string(), values=array(string()))
    ),
)


def managed_dhcp() -> list[Object]:
    """The kinds of the add-on vm-dhcp-controller (B4.2); served only where it is enabled."""
    config = fields(
        "cidr",
        cidr=string(),
        serverIP=string(),
        pool=fields(start=string(), end=string(), exclude=array(string())),
        router=string(),
        dns=array(string()) | {"maxItems": 3},
        domainName=string(),
        domainSearch=array(string()),
        ntp=array(string()) | {"maxItems": 4},
        leaseTime=integer(minimum=1),
    )
    spec = fields(
        "ipv4Config networkName",
        networkName=string(maxLength=64),
        ipv4Config=config,
        paused=boolean(),
    )
    ipv4 = fields(allocated=LABELS, used=integer(), available=integer())
    status = fields(ipv4=ipv4, agentPodRef=LABELS, conditions=CONDITIONS)
    nic = fields(
        "networkName macAddress",
        networkName=string(),
        macAddress=string(),
        ipAddress=string(),
    )
    of_vm = fields(vmName=string(), networkConfigs=array(nic) | {"maxItems": 4})
    return [
        DHCP.kind("IPPool", root(spec=spec, status=status), short="ippl ippls", status=True),
        DHCP.kind(
            "VirtualMachineNetworkConfig",
            root(spec=of_vm, status=fields(conditions=CONDITIONS)),
            short="vmnetcfg vmnetcfgs",
            status=True,
        ),
    ]


def cni() -> list[Object]:
    """The VM network, under the name that Multus gives it."""
    schema: Object = fields(spec=fields(config=string()))
    name = "network-attachment-definition"
    return [
        CNI.kind(
            "NetworkAttachmentDefinition",
            schema,
            plural=f"{name}s",
            singular=name,
            short="net-attach-def",
        )
    ]
