using HybridReplica.Core;

namespace HybridReplica;

/// <summary>The snapshots on their way into an archive: the session's, and one that is fetched beside it.</summary>
/// <param name="folder">The full path of the archive's folder.</param>
/// <param name="snapshots">Where the snapshots of the session go.</param>
/// <param name="mailbox">Where reports go.</param>
/// <param name="fetch">Fetches a base beside the stream, into the file with that path.</param>
/// <param name="metrics">Counts what is done.</param>
sealed class ArrivingBases(
    string folder,
    SnapshotFile snapshots,
    Mailbox mailbox,
    Func<string, CancellationToken, Task<ArchiveEvent>> fetch,
    ArchiveMetrics metrics
) : IDisposable
{
    readonly CancellationTokenSource _closing = new();

    // Files that no manifest lists yet. Only the loop looks at them.
    readonly HashSet<string> _unlisted = [];
    Task _fetching = Task.CompletedTask;

    /// <summary>The next snapshot of the session goes to this file.</summary>
    public void Target(string file)
    {
        _unlisted.Add(file);
        snapshots.Target(Path.Combine(folder, file));
    }

    /// <summary>What the last snapshot of the session amounts to.</summary>
    public BaseFacts Describe()
    {
        metrics.BaseReceived();
        return snapshots.Facts ?? throw new InvalidOperationException("No snapshot was taken.");
    }

    /// <summary>Fetches a base into this file, and reports what comes of it.</summary>
    public void Fetch(string file)
    {
        _unlisted.Add(file);
        var fetching = Task.Run(() => fetch(Path.Combine(folder, file), _closing.Token));
        _fetching = fetching;
        mailbox.PostLater(new(ReportAsync(fetching)));
    }

    async Task<Event> ReportAsync(Task<ArchiveEvent> fetching)
    {
        var happened = await fetching.ConfigureAwait(false);
        if (happened.IsBaseFetched)
            metrics.BaseReceived();
        return Event.NewArchive(happened);
    }

    /// <summary>The files of this archive are listed now, or about to be.</summary>
    public void Listed(Core.Archive archive) => _unlisted.ExceptWith(archive.Files);

    /// <summary>Removes what came to nothing: it is large. What cannot be removed goes at the next opening.</summary>
    public void RemoveUnlisted()
    {
        try
        {
            ArchiveFiles.Remove(folder, _unlisted);
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            // It is not listed, and so it is not part of the archive.
        }
    }

    /// <summary>Gives up what is being fetched, and waits until it is given up.</summary>
    public async Task CancelAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _fetching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => _closing.Dispose();
}
