using System.Text;
using HybridReplica;

namespace Example;

/// <summary>Prints what a master changes, and goes on where it was when it is started again.</summary>
public static class Following
{
    public static async Task PrintAsync(Uri master, string positionFile, CancellationToken stop)
    {
        var positions = new FilePositionStore(positionFile);
        await using var replica = new ReplicaClient(new ReplicaOptions { Master = master });

        await foreach (var change in replica.FollowAsync(await positions.LoadAsync(stop), stop))
        {
            if (change is CommandReceived command)
                Console.WriteLine(
                    $"{command.Offset} db {command.Database}: {Encoding.UTF8.GetString(command.Name.Span)}"
                );

            // What is stored survives a crash, and only what survives is acknowledged: WAITAOF on the master counts it.
            if (change.Position is { } position)
            {
                await positions.StoreAsync(position, stop);
                replica.AcknowledgeDurable(position);
            }
        }
    }
}
