import com.pulumi.Pulumi;
import io.github.harvesternet.networks.ClusterNetwork;
import io.github.harvesternet.networks.ClusterNetworkArgs;
import io.github.harvesternet.networks.VmNetwork;
import io.github.harvesternet.networks.VmNetworkArgs;
import io.github.harvesternet.networks.enums.RouteMode;
import io.github.harvesternet.networks.inputs.RouteArgs;
import io.github.harvesternet.networks.inputs.VlanRangeArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var data = new ClusterNetwork("cn-data", ClusterNetworkArgs.builder()
                .mtu(9000)
                .build());

            var web = new VmNetwork("web", VmNetworkArgs.builder()
                .namespace("shop")
                .clusterNetwork(data)
                .vlan(100)
                .route(RouteArgs.builder()
                    .mode(RouteMode.Manual)
                    .cidr("192.168.100.0/24")
                    .gateway("192.168.100.1")
                    .build())
                .build());

            var routers = new VmNetwork("routers", VmNetworkArgs.builder()
                .clusterNetwork(data)
                .vlanTrunk(VlanRangeArgs.builder()
                    .minID(200)
                    .maxID(299)
                    .build())
                .build());
        });
    }
}
