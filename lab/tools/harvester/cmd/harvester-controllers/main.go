// harvester-controllers runs those of Harvester's own controllers that the networks depend on, and nothing
// else of Harvester: storage and RWX network, VM migration network, virtual machines (run strategies), and the
// creation of its Settings.
package main

import (
	"context"
	"os"
	"time"

	"github.com/harvester/harvester/pkg/config"
	"github.com/harvester/harvester/pkg/controller/global/settings"
	migrationnetwork "github.com/harvester/harvester/pkg/controller/master/kubevirt"
	"github.com/harvester/harvester/pkg/controller/master/storagenetwork"
	"github.com/harvester/harvester/pkg/controller/master/virtualmachine"
	"github.com/harvester/harvester/pkg/generated/controllers/cdi.kubevirt.io"
	harvestercore "github.com/harvester/harvester/pkg/generated/controllers/core"
	"github.com/harvester/harvester/pkg/generated/controllers/harvesterhci.io"
	cni "github.com/harvester/harvester/pkg/generated/controllers/k8s.cni.cncf.io"
	"github.com/harvester/harvester/pkg/generated/controllers/kubevirt.io"
	"github.com/harvester/harvester/pkg/generated/controllers/longhorn.io"
	"github.com/harvester/harvester/pkg/generated/controllers/monitoring.coreos.com"
	"github.com/harvester/harvester/pkg/generated/controllers/snapshot.storage.k8s.io"
	"github.com/harvester/harvester/pkg/generated/controllers/whereabouts.cni.cncf.io"
	"github.com/harvester/harvester/pkg/indexeres"
	"github.com/harvester/harvester/pkg/server"
	utilindexeres "github.com/harvester/harvester/pkg/util/indexeres"
	"github.com/rancher/lasso/pkg/controller"
	rancher "github.com/rancher/rancher/pkg/generated/controllers/management.cattle.io"
	"github.com/rancher/wrangler/v3/pkg/generated/controllers/apps"
	"github.com/rancher/wrangler/v3/pkg/generated/controllers/core"
	"github.com/rancher/wrangler/v3/pkg/generated/controllers/storage"
	"github.com/rancher/wrangler/v3/pkg/generic"
	"github.com/rancher/wrangler/v3/pkg/signals"
	"github.com/rancher/wrangler/v3/pkg/start"
	"github.com/sirupsen/logrus"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	logrus.SetFormatter(&logrus.TextFormatter{FullTimestamp: true, TimestampFormat: time.RFC3339Nano})
	ctx := signals.SetupSignalContext()
	// KUBECONFIG, not a flag: controller-runtime, which Harvester links, already owns -kubeconfig.
	rest, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	check(err)
	rest.QPS, rest.Burst = 100, 200

	management := newManagement(rest)
	options := config.Options{Namespace: "harvester-system", Threadiness: 5, HCIMode: true}
	check(storagenetwork.Register(ctx, management, options))
	check(migrationnetwork.Register(ctx, management, options))
	check(virtualmachine.Register(ctx, management, options))
	check(createSettings(ctx, management, options))
	// All factories share one controller factory, so starting one starts them all.
	check(start.All(ctx, options.Threadiness, management.HarvesterFactory))
	logrus.Info("controllers started, caches synced")
	<-ctx.Done()
}

// newManagement makes the client factories that the registered controllers use, on one shared controller
// factory with Harvester's own scheme, as Harvester's server does.
func newManagement(rest *rest.Config) *config.Management {
	shared := must(controller.NewSharedControllerFactoryFromConfig(rest, server.Scheme))
	opts := &generic.FactoryOptions{SharedControllerFactory: shared}
	m := &config.Management{
		ControllerFactory:        shared,
		RestConfig:               rest,
		ClientSet:                must(kubernetes.NewForConfig(rest)),
		AppsFactory:              must(apps.NewFactoryFromConfigWithOptions(rest, opts)),
		CdiFactory:               must(cdi.NewFactoryFromConfigWithOptions(rest, opts)),
		CniFactory:               must(cni.NewFactoryFromConfigWithOptions(rest, opts)),
		CoreFactory:              must(core.NewFactoryFromConfigWithOptions(rest, opts)),
		HarvesterCoreFactory:     must(harvestercore.NewFactoryFromConfigWithOptions(rest, opts)),
		HarvesterFactory:         must(harvesterhci.NewFactoryFromConfigWithOptions(rest, opts)),
		LonghornFactory:          must(longhorn.NewFactoryFromConfigWithOptions(rest, opts)),
		MonitoringFactory:        must(monitoring.NewFactoryFromConfigWithOptions(rest, opts)),
		RancherManagementFactory: must(rancher.NewFactoryFromConfigWithOptions(rest, opts)),
		SnapshotFactory:          must(snapshot.NewFactoryFromConfigWithOptions(rest, opts)),
		StorageFactory:           must(storage.NewFactoryFromConfigWithOptions(rest, opts)),
		VirtFactory:              must(kubevirt.NewFactoryFromConfigWithOptions(rest, opts)),
		WhereaboutsCNIFactory:    must(whereabouts.NewFactoryFromConfigWithOptions(rest, opts)),
	}
	addIndexers(m)
	return m
}

// addIndexers adds the cache indexes that the two controllers look things up by.
func addIndexers(m *config.Management) {
	pods := m.CoreFactory.Core().V1().Pod().Cache()
	pods.AddIndexer(indexeres.PodByNodeNameIndex, indexeres.PodByNodeName)
	pods.AddIndexer(indexeres.PodByPVCIndex, indexeres.PodByPVC)
	pods.AddIndexer(utilindexeres.PodByVMNameIndex, utilindexeres.PodByVMName)
	backups := m.HarvesterFactory.Harvesterhci().V1beta1().VirtualMachineBackup().Cache()
	backups.AddIndexer(indexeres.VMBackupBySourceVMNameIndex, indexeres.VMBackupBySourceVMName)
	vms := m.VirtFactory.Kubevirt().V1().VirtualMachine().Cache()
	vms.AddIndexer(utilindexeres.VMByPVCIndex, utilindexeres.VMByPVC)
	vms.AddIndexer(utilindexeres.VMByNonShareablePVCIndex, utilindexeres.VMByNonShareablePVC)
	classes := m.StorageFactory.Storage().V1().StorageClass().Cache()
	classes.AddIndexer(utilindexeres.StorageClassBySecretIndex, utilindexeres.StorageClassBySecret)
}

// createSettings creates Harvester's own Setting objects with their defaults.
func createSettings(ctx context.Context, m *config.Management, options config.Options) error {
	scaled := &config.Scaled{Ctx: ctx, HarvesterFactory: m.HarvesterFactory}
	return settings.Register(ctx, scaled, nil, options)
}

func check(err error) {
	if err != nil {
		logrus.Fatal(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}
