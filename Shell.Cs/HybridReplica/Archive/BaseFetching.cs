using HybridReplica.Core;
using Microsoft.Extensions.Logging;
using Microsoft.FSharp.Core;

namespace HybridReplica;

/// <summary>Fetches a base beside the stream: a session of its own, over a connection of its own.</summary>
/// <param name="options">Where the master is.</param>
/// <param name="logger">Where the log goes.</param>
sealed class BaseFetching(ReplicaOptions options, ILogger logger)
{
    /// <summary>Fetches it once.</summary>
    /// <param name="path">The full path of the file to create.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<ArchiveEvent> RunAsync(string path, CancellationToken stop)
    {
        using var file = new SnapshotFile(path, options.TimeProvider);
        var outcome = await Session
            .RunAsync(
                options,
                SettingsOfOptions.ForBase(options),
                file,
                new Mailbox(),
                delivery: null,
                archive: null,
                [],
                logger,
                stop
            )
            .ConfigureAwait(false);
        return outcome switch
        {
            Outcome.SnapshotKept kept when kept.snapshot.Position.IsSome && file.Facts is { } facts => Fetched(
                kept.snapshot.Position.Value,
                facts
            ),
            Outcome.SnapshotKept => Useless(path),
            _ => ArchiveEvent.NewBaseNotFetched(Wording.Outcome(outcome)),
        };
    }

    // A snapshot that names no database begins in the first (replicationCreateMasterClient, 6.0.16).
    static ArchiveEvent Fetched(Position position, BaseFacts facts) =>
        ArchiveEvent.NewBaseFetched(
            new(
                position.Id,
                position.Offset,
                position.Database.IsSome ? position.Database : FSharpValueOption<int>.Some(0),
                false
            ),
            facts
        );

    static ArchiveEvent Useless(string path)
    {
        File.Delete(path);
        return ArchiveEvent.NewBaseNotFetched("the master does not say where in its history the snapshot stands");
    }
}
