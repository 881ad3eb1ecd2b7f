import com.pulumi.Pulumi;
import io.github.harvesternet.networks.Site;
import io.github.harvesternet.networks.SiteArgs;
import io.github.harvesternet.networks.enums.HostMode;
import io.github.harvesternet.networks.inputs.SiteMgmtArgs;
import io.github.harvesternet.networks.inputs.SiteTrafficPathArgs;
import io.github.harvesternet.networks.inputs.TrafficPathHostNetworkArgs;
import io.github.harvesternet.networks.inputs.TrafficPathNetworkArgs;
import io.github.harvesternet.networks.inputs.TrafficPathStorageArgs;
import io.github.harvesternet.networks.inputs.TrafficPathUplinkArgs;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var rackA = TrafficPathUplinkArgs.builder()
                .nodeSelector(Map.of("example.com/rack", "a"))
                .nics("eno2", "eno3")
                .build();
            var rackB = TrafficPathUplinkArgs.builder()
                .nodeSelector(Map.of("example.com/rack", "b"))
                .nics("ens1f0", "ens1f1")
                .build();
            var web = TrafficPathNetworkArgs.builder()
                .vlan(100)
                .namespace("shop")
                .build();
            var tenant = SiteTrafficPathArgs.builder()
                .mtu(9000)
                .uplinks(Map.of("rack-a", rackA, "rack-b", rackB))
                .networks(Map.of("web", web))
                .build();
            var all = TrafficPathUplinkArgs.builder()
                .nics("eno4")
                .build();
            var storage = SiteTrafficPathArgs.builder()
                .mtu(9000)
                .uplinks(Map.of("all", all))
                .storage(TrafficPathStorageArgs.builder()
                    .vlan(50)
                    .range("192.168.50.0/24")
                    .build())
                .build();
            var ops = TrafficPathNetworkArgs.builder()
                .vlan(7)
                .build();
            var backup = TrafficPathHostNetworkArgs.builder()
                .vlan(400)
                .mode(HostMode.Dhcp)
                .build();

            var berlin = new Site("berlin", SiteArgs.builder()
                .trafficPaths(Map.of("tenant", tenant, "storage", storage))
                .mgmt(SiteMgmtArgs.builder()
                    .networks(Map.of("ops", ops))
                    .hostNetworks(Map.of("backup", backup))
                    .build())
                .build());
        });
    }
}
