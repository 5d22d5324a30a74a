using HybridReplica;

var options = new ReplicaOptions { Master = new Uri(args[0]), Attempts = 3 };
await using var replica = new ReplicaClient(options);
try
{
    SnapshotInfo snapshot = await replica.FetchSnapshotAsync("dump.rdb");
    Console.WriteLine($"{snapshot.Bytes} bytes, {snapshot.Checksum}, {snapshot.ReplicationId}:{snapshot.Offset}");
}
catch (ReplicaException failure)
{
    Console.Error.WriteLine($"{failure.Message}; {failure.Advice}.");
}
