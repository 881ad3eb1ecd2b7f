"""Two VMs on two VM networks: the front one gives addresses by DHCP, the back one has none."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as k8s

import harvester_net as hn

IMAGE = pulumi.Config().get("image") or "quay.io/containerdisks/fedora:42"
USER_DATA = """\
#cloud-config
packages: [qemu-guest-agent]
"""

data = hn.ClusterNetwork("cn-data", mtu=9000)
uplinks = hn.NetworkConfig(
    "all-nodes",
    cluster_network=data,
    uplink=hn.UplinkArgs(nics=["eno2"]),
)
on_it = pulumi.ResourceOptions(depends_on=[uplinks])
front = hn.VmNetwork("front", cluster_network=data, vlan=100, opts=on_it)
back = hn.VmNetwork("back", cluster_network=data, vlan=200, opts=on_it)


def machine(name: str, address: str) -> k8s.apiextensions.CustomResource:
    """A VM with one NIC on each network.

    Harvester has it scheduled where the cluster network is: by the affinity that it writes,
    for which the networks have their labels from their first moment on.
    """
    nics = [
        hn.VmNic("front", vm=name, network=front, boot_order=2),
        hn.VmNic("back", vm=name, network=back, addresses=[address], mtu=8900),
    ]
    secret = k8s.core.v1.Secret(
        f"{name}-cloud-init",
        metadata={"name": f"{name}-cloud-init", "namespace": "default"},
        string_data=hn.cloud_init_data(USER_DATA, hn.network_data(nics)),
    )
    named = {"name": secret.metadata["name"]}
    disks: list[dict[str, Any]] = [
        {"name": "root", "bootOrder": 1, "disk": {"bus": "virtio"}},
        {"name": "cloudinitdisk", "disk": {"bus": "virtio"}},
    ]
    cloud_init = {"secretRef": named, "networkDataSecretRef": named}
    return k8s.apiextensions.CustomResource(
        name,
        api_version="kubevirt.io/v1",
        kind="VirtualMachine",
        metadata={"name": name, "namespace": "default"},
        spec={
            "runStrategy": "RerunOnFailure",
            "template": {
                "spec": {
                    "domain": {
                        "cpu": {"cores": 1},
                        "memory": {"guest": "2Gi"},
                        "devices": {
                            "disks": disks,
                            "interfaces": [nic.interface for nic in nics],
                        },
                    },
                    "networks": [nic.network for nic in nics],
                    "volumes": [
                        {"name": "root", "containerDisk": {"image": IMAGE}},
                        {"name": "cloudinitdisk", "cloudInitNoCloud": cloud_init},
                    ],
                },
            },
        },
        opts=pulumi.ResourceOptions(ignore_changes=hn.vm_ignore_changes()),
    )


machine("web1", "192.168.200.11/24")
machine("web2", "192.168.200.12/24")
