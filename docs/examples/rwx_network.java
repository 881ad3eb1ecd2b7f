import com.pulumi.Pulumi;
import io.github.harvesternet.networks.RwxNetwork;
import io.github.harvesternet.networks.RwxNetworkArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var rwx = new RwxNetwork("rwx", RwxNetworkArgs.builder()
                .shareStorageNetwork(true)
                .build());
        });
    }
}
