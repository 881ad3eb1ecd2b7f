// kubevirt-manifests prints what virt-operator would create, so that the lab needs no operator:
//
//	kubevirt-manifests crds                     the custom resource definitions
//	kubevirt-manifests webhooks NAMESPACE CA    virt-api's webhook configurations and APIServices
package main

import (
	"fmt"
	"log"
	"os"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"kubevirt.io/kubevirt/pkg/virt-operator/resource/generate/components"
	"sigs.k8s.io/yaml"
)

func main() {
	log.SetFlags(0)
	switch {
	case len(os.Args) == 2 && os.Args[1] == "crds":
		printCRDs()
	case len(os.Args) == 4 && os.Args[1] == "webhooks":
		printWebhooks(os.Args[2], os.Args[3])
	default:
		log.Fatal("usage: kubevirt-manifests crds | webhooks NAMESPACE CA_FILE")
	}
}

func printCRDs() {
	for _, make := range []func() (*extv1.CustomResourceDefinition, error){
		components.NewKubeVirtCrd,
		components.NewMigrationPolicyCrd,
		components.NewPresetCrd,
		components.NewReplicaSetCrd,
		components.NewVirtualMachineCloneCrd,
		components.NewVirtualMachineClusterInstancetypeCrd,
		components.NewVirtualMachineClusterPreferenceCrd,
		components.NewVirtualMachineCrd,
		components.NewVirtualMachineExportCrd,
		components.NewVirtualMachineInstanceCrd,
		components.NewVirtualMachineInstanceMigrationCrd,
		components.NewVirtualMachineInstancetypeCrd,
		components.NewVirtualMachinePoolCrd,
		components.NewVirtualMachinePreferenceCrd,
		components.NewVirtualMachineRestoreCrd,
		components.NewVirtualMachineSnapshotContentCrd,
		components.NewVirtualMachineSnapshotCrd,
	} {
		crd, err := make()
		if err != nil {
			log.Fatal(err)
		}
		printYAML(crd)
	}
}

func printWebhooks(namespace, caFile string) {
	ca, err := os.ReadFile(caFile)
	if err != nil {
		log.Fatal(err)
	}
	validating := components.NewVirtAPIValidatingWebhookConfiguration(namespace)
	for i := range validating.Webhooks {
		validating.Webhooks[i].ClientConfig.CABundle = ca
	}
	printYAML(validating)
	mutating := components.NewVirtAPIMutatingWebhookConfiguration(namespace)
	for i := range mutating.Webhooks {
		mutating.Webhooks[i].ClientConfig.CABundle = ca
	}
	printYAML(mutating)
	for _, service := range components.NewVirtAPIAPIServices(namespace) {
		service.Spec.CABundle = ca
		printYAML(service)
	}
}

func printYAML(object any) {
	text, err := yaml.Marshal(object)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("---\n%s", text)
}
