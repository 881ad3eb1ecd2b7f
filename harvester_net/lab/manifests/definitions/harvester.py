"""Harvester's own kinds: Settings (H1.7 to H1.9), and what programs make VMs from.

Keys and images are checked as Harvester does it, because programs make them; all others take
any content.
"""

from __future__ import annotations

from harvester_net.lab.manifests.definitions.definition import AGE, Group
from harvester_net.lab.manifests.definitions.schema import (
    CONDITIONS,
    LABELS,
    Object,
    boolean,
    fields,
    integer,
    open_fields,
    root,
    string,
)

HARVESTER = Group("harvesterhci.io", "v1beta1")


def harvester() -> list[Object]:
    kind = HARVESTER.kind
    return [
        setting(),
        key_pair(),
        image(),
        kind("Addon", status=True),
        kind("Preference", short="preference preferences"),
        kind("ResourceQuota", short="hrq hrqs", status=True),
        kind("ScheduleVMBackup", short="svmbackup svmbackups"),
        kind("SupportBundle", short="sb sbs"),
        kind("Upgrade"),
        kind("UpgradeLog"),
        kind("Version"),
        kind("VirtualMachineBackup", short="vmbackup vmbackups"),
        kind(
            "VirtualMachineImageDownloader",
            short="vmimagedownloader vmimagedownloaders",
            status=True,
        ),
        kind("VirtualMachineRestore", short="vmrestore vmrestores"),
        kind("VirtualMachineTemplate", short="vmtemplate vmtemplates", status=True),
        kind("VirtualMachineTemplateVersion", short="vmtemplateversion vmtemplateversions"),
        kind("VolumeRemoteBackup", short="volumeremotebackup volumeremotebackups"),
        kind("VolumeRemoteRestore", short="volumeremoterestore volumeremoterestores"),
    ]


def setting() -> Object:
    schema = root(
        value=string(),
        default=string(),
        source=string(),
        customized=boolean(),
        status=fields(conditions=CONDITIONS),
    )
    return HARVESTER.kind("Setting", schema, namespaced=False, columns=("VALUE .value",))


def key_pair() -> Object:
    schema = root(
        "spec",
        spec=fields("publicKey", publicKey=string()),
        status=fields(fingerPrint=string(), conditions=CONDITIONS),
    )
    columns = ("FINGER_PRINT .status.fingerPrint", AGE)
    return HARVESTER.kind("KeyPair", schema, short="kp kps", columns=columns)


def image() -> Object:
    sources = ("download", "upload", "export-from-volume", "restore", "clone")
    encryption = fields(
        "cryptoOperation sourceImageName sourceImageNamespace",
        cryptoOperation=string("encrypt", "decrypt"),
        sourceImageName=string(),
        sourceImageNamespace=string(),
    )
    spec = fields(
        "displayName sourceType",
        displayName=string(),
        description=string(),
        sourceType=string(*sources),
        url=string(),
        checksum=string(),
        pvcName=string(),
        pvcNamespace=string(),
        backend=string("backingimage", "cdi", default="backingimage"),
        retry=integer(minimum=0, maximum=10, default=3),
        securityParameters=encryption,
        storageClassParameters=LABELS,
        targetStorageClassName=string(),
    )
    status = open_fields(failed=integer(minimum=0, default=0), conditions=CONDITIONS)
    schema = root("spec", spec=spec, status=status)
    return HARVESTER.kind("VirtualMachineImage", schema, short="vmimage vmimages")
