import com.pulumi.Pulumi;
import io.github.harvesternet.networks.TrafficPath;
import io.github.harvesternet.networks.TrafficPathArgs;
import io.github.harvesternet.networks.enums.BondMode;
import io.github.harvesternet.networks.enums.HostMode;
import io.github.harvesternet.networks.inputs.BondOptionsArgs;
import io.github.harvesternet.networks.inputs.TrafficPathHostNetworkArgs;
import io.github.harvesternet.networks.inputs.TrafficPathNetworkArgs;
import io.github.harvesternet.networks.inputs.TrafficPathStorageArgs;
import io.github.harvesternet.networks.inputs.TrafficPathUplinkArgs;
import io.github.harvesternet.networks.inputs.VlanRangeArgs;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var rackA = TrafficPathUplinkArgs.builder()
                .nodeSelector(Map.of("example.com/rack", "a"))
                .nics("eno2", "eno3")
                .bondOptions(BondOptionsArgs.builder()
                    .mode(BondMode.Ieee8023ad)
                    .build())
                .build();
            var rackB = TrafficPathUplinkArgs.builder()
                .nodeSelector(Map.of("example.com/rack", "b"))
                .nics("ens1f0", "ens1f1")
                .build();
            var web = TrafficPathNetworkArgs.builder()
                .vlan(100)
                .namespace("shop")
                .build();
            var routers = TrafficPathNetworkArgs.builder()
                .vlanTrunk(VlanRangeArgs.builder()
                    .minID(200)
                    .maxID(299)
                    .build())
                .build();
            var backup = TrafficPathHostNetworkArgs.builder()
                .vlan(400)
                .mode(HostMode.Dhcp)
                .build();

            var data = new TrafficPath("cn-data", TrafficPathArgs.builder()
                .mtu(9000)
                .uplinks(Map.of("rack-a", rackA, "rack-b", rackB))
                .networks(Map.of("web", web, "routers", routers))
                .hostNetworks(Map.of("backup", backup))
                .storage(TrafficPathStorageArgs.builder()
                    .vlan(50)
                    .range("192.168.50.0/24")
                    .build())
                .build());
        });
    }
}
