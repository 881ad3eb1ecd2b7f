import com.pulumi.Pulumi;
import io.github.harvesternet.networks.TenantNetworks;
import io.github.harvesternet.networks.TenantNetworksArgs;
import io.github.harvesternet.networks.enums.RouteMode;
import io.github.harvesternet.networks.inputs.RouteArgs;
import io.github.harvesternet.networks.inputs.TenantDefaultsArgs;
import io.github.harvesternet.networks.inputs.TenantNetworkArgs;
import io.github.harvesternet.networks.inputs.VlanRangeArgs;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var web = TenantNetworkArgs.builder()
                .vlan(100)
                .build();
            var db = TenantNetworkArgs.builder()
                .vlan(101)
                .labels(Map.of("example.com/tier", "data"))
                .build();
            var routers = TenantNetworkArgs.builder()
                .vlanTrunk(VlanRangeArgs.builder()
                    .minID(110)
                    .maxID(119)
                    .build())
                .build();

            var shop = new TenantNetworks("shop", TenantNetworksArgs.builder()
                .namespace("shop")
                .clusterNetwork("tenant")
                .allowedVlans("100-199,250")
                .defaults(TenantDefaultsArgs.builder()
                    .route(RouteArgs.builder()
                        .mode(RouteMode.Auto)
                        .build())
                    .labels(Map.of("example.com/team", "shop"))
                    .build())
                .networks(Map.of("web", web, "db", db, "routers", routers))
                .build());
            ctx.export("vmNetworks", shop.vmNetworks());
        });
    }
}
