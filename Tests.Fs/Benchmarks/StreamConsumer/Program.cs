using System.Diagnostics;
using System.Globalization;
using HybridReplica;
using HybridReplica.Core;

// Arguments: the master, the position to resume from, the offset to stop at, and the size from which commands come in
// parts.
var until = long.Parse(args[2], CultureInfo.InvariantCulture);
var options = new ReplicaOptions
{
    Master = new Uri(args[0]),
    LargeCommand = long.Parse(args[3], CultureInfo.InvariantCulture),
};
await using var replica = new ReplicaClient(options);

var clock = new Stopwatch();
long events = 0,
    bytes = 0,
    allocated = 0;
await foreach (var happened in replica.FollowAsync(Position.TryParse(args[1]).Value))
{
    var offset = 0L;
    switch (happened)
    {
        case CommandReceived command:
            offset = command.Offset;
            for (var index = 0; index < command.ArgumentCount; index++)
                bytes += command.Argument(index).Length;
            break;
        case CommandPart part:
            offset = part.Offset;
            bytes += part.Bytes.Length;
            break;
        case Resumed:
            clock.Start();
            allocated = GC.GetTotalAllocatedBytes();
            continue;
        case PingReceived:
            continue;
        default:
            throw new InvalidOperationException($"Nobody expected {happened}.");
    }

    events++;
    replica.Acknowledge(happened.Position);
    if (offset >= until)
        break;
}

var each = (GC.GetTotalAllocatedBytes() - allocated) / (double)events;
Console.WriteLine(FormattableString.Invariant($"{clock.Elapsed.TotalSeconds} {events} {bytes} {each}"));
