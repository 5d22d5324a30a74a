using HybridReplica;
using HybridReplica.Core;

namespace Example;

/// <summary>Archives a master, and makes a folder of what it held, for a server to start from.</summary>
public static class Archiving
{
    public static Task RecordAsync(Uri master, string folder, CancellationToken stop)
    {
        var how = new ArchiveOptions { BaseEvery = TimeSpan.FromDays(1), Keep = Retention.NewBases(7) };
        return new ReplicaArchive(folder).RecordAsync(new() { Master = master }, how, cancellationToken: stop);
    }

    public static async Task RestoreAsync(string folder, DateTimeOffset time, string output)
    {
        var archive = new ReplicaArchive(folder);
        foreach (var range in archive.Read().Ranges)
            Console.WriteLine($"There is everything from {range.From} to {range.To}");
        foreach (var finding in (await archive.VerifyAsync()).Findings)
            Console.Error.WriteLine(ArchiveFaultWording.Fault(finding.Fault));

        RestoreResult done = await archive.RestoreAsync(output, Moment.NewToTime(time.ToUnixTimeMilliseconds()));
        Console.WriteLine($"redis-server --dir {output} --appendonly yes shows offset {done.Offset}");
    }
}
