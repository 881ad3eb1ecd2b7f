// Harvester networking: cluster networks, network configs, VM networks and the storage network.
package harvesternet
