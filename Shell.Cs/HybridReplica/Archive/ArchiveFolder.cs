using HybridReplica.Core;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace HybridReplica;

/// <summary>Does with the folder of an archive what the model commands.</summary>
/// <remarks>
/// The loop appends by itself. Everything else goes on in the background, one thing after the other, and is reported
/// through the mailbox, so that the master is not kept waiting. A base that is fetched is beside all that.
/// </remarks>
sealed class ArchiveFolder : IArchiveHandler<ValueTask<Event?>>, IAsyncDisposable
{
    readonly string _folder;
    readonly ArchiveMetrics _metrics;
    readonly ReceiptClock _clock;
    readonly ArchiveSteps _steps;
    readonly ArrivingBases _bases;
    ReceiveWindow? _window;
    ArchiveLock? _lock;
    SegmentFile? _segment;
    bool _isBroken;
    bool _isArchive;

    /// <param name="folder">Its full path.</param>
    /// <param name="snapshots">Where the snapshots of the session go.</param>
    /// <param name="mailbox">Where reports go.</param>
    /// <param name="fetch">Fetches a base beside the stream, into the file with that path.</param>
    /// <param name="metrics">Counts what is done.</param>
    /// <param name="time">The clock.</param>
    public ArchiveFolder(
        string folder,
        SnapshotFile snapshots,
        Mailbox mailbox,
        Func<string, CancellationToken, Task<ArchiveEvent>> fetch,
        ArchiveMetrics metrics,
        TimeProvider time
    )
    {
        _folder = folder;
        _metrics = metrics;
        _clock = new(time);
        _steps = new(mailbox);
        _bases = new(folder, snapshots, mailbox, fetch, metrics);
    }

    /// <summary>Why the segment could not be completed at the end. Null: it was, or there was none.</summary>
    public FileTrouble? ClosingTrouble { get; private set; }

    /// <summary>What is appended comes from the front of this window.</summary>
    public void Attach(ReceiveWindow window) => _window = window;

    public ValueTask<Event?> Lock() =>
        _steps.Begin(
            ArchiveStep.Lock,
            () =>
            {
                ArchiveFiles.CreateFolder(_folder);
                _lock = ArchiveLock.TryTake(_folder);
                return _lock is null ? ArchiveEvent.InUse : ArchiveEvent.Done;
            }
        );

    public ValueTask<Event?> ReadManifest(string name) =>
        _steps.Begin(
            ArchiveStep.Read,
            () =>
            {
                var text = new ManifestFile(_folder, name).Read();
                return text is null && ArchiveFiles.HasOthers(_folder, name)
                    ? ArchiveEvent.NotAnArchive
                    : ArchiveEvent.NewManifestRead(
                        text is null ? FSharpValueOption<string>.None : FSharpValueOption<string>.Some(text),
                        _clock.Now() / 1000
                    );
            }
        );

    public ValueTask<Event?> RemoveUnlisted(Core.Archive archive, string name) =>
        _steps.Begin(
            ArchiveStep.Remove,
            () =>
            {
                if (ArchiveFiles.MissingOf(archive, _folder) is { } missing)
                    return ArchiveEvent.NewFileMissing(missing);

                _isArchive = true;
                ArchiveFiles.RemoveUnlisted(_folder, archive, name);
                return ArchiveEvent.Done;
            }
        );

    public ValueTask<Event?> RecoverSegment(ArchiveSegment segment) =>
        _steps.Begin(
            ArchiveStep.Recover,
            () =>
            {
                RecoveredSegment recovered = default;
                Locked.Watch(() =>
                    recovered = SegmentRecovery.Run(PathOf(segment.File), segment.Start, Locked.IsTrusted, _clock)
                );
                _segment = recovered.Segment;
                Locked.Trust();
                return ArchiveEvent.NewSegmentRecovered(recovered.Position, recovered.Cut);
            }
        );

    public ValueTask<Event?> Append(int bytes, Position safe)
    {
        // What comes behind a gap would make no sense.
        if (_isBroken)
            return default;

        try
        {
            Segment.Append(Window.Front(bytes).Span, safe);
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            _isBroken = true;
            return new(ArchiveSteps.Failed(ArchiveStep.Append, exception));
        }

        _metrics.Appended(bytes);
        return new(Event.NewArchive(ArchiveEvent.NewAppended(safe)));
    }

    public ValueTask<Event?> Sync(Position safe)
    {
        if (_isBroken)
            return default;

        var segment = Segment;
        try
        {
            segment.Mark();
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            _isBroken = true;
            return new(ArchiveSteps.Failed(ArchiveStep.Sync, exception));
        }

        return _steps.Begin(
            ArchiveStep.Sync,
            () =>
            {
                _metrics.Sync(() => Locked.Watch(segment.Flush));
                return ArchiveEvent.NewSynced(safe);
            }
        );
    }

    public ValueTask<Event?> SealSegment(ArchiveSegment segment) =>
        _steps.Begin(
            ArchiveStep.Seal,
            () =>
            {
                if (Segment.SafeOffset != segment.End.Value.Bytes)
                    throw new InvalidOperationException($"{segment.File} does not end at {segment.End.Value}.");

                Locked.Watch(Segment.Complete);
                CloseSegment();
                _metrics.Sealed();
            }
        );

    public ValueTask<Event?> OpenSegment(ArchiveSegment segment) =>
        _steps.Begin(
            ArchiveStep.Open,
            () =>
            {
                CloseSegment();
                _segment = SegmentFile.Create(PathOf(segment.File), segment.Start, _clock);
                Locked.Trust();
                ArchiveFiles.SyncFolder(_folder);
            }
        );

    public ValueTask<Event?> SplitSegment(ArchiveSegment source, ArchiveSegment part) =>
        _steps.Begin(
            ArchiveStep.Split,
            () =>
            {
                if (!SegmentSplit.Run(PathOf(source.File), source.Start, PathOf(part.File), part.Start))
                    return ArchiveEvent.NewNotBetweenCommands(part.Start.Offset);

                ArchiveFiles.SyncFolder(_folder);
                return ArchiveEvent.Done;
            }
        );

    public ValueTask<Event?> WriteManifest(Core.Archive archive, string name)
    {
        _bases.Listed(archive);
        return _steps.Begin(
            ArchiveStep.Publish,
            () => new ManifestFile(_folder, name).WriteTemporary(ArchiveManifest.Print(archive))
        );
    }

    public ValueTask<Event?> RenameManifest(string name) =>
        _steps.Begin(ArchiveStep.Publish, () => new ManifestFile(_folder, name).Rename());

    public ValueTask<Event?> SyncFolder() => _steps.Begin(ArchiveStep.Publish, () => ArchiveFiles.SyncFolder(_folder));

    public ValueTask<Event?> Remove(FSharpList<string> files) =>
        _steps.Begin(ArchiveStep.Remove, () => ArchiveFiles.Remove(_folder, files));

    public ValueTask<Event?> TargetBase(string file)
    {
        _bases.Target(file);
        return default;
    }

    public ValueTask<Event?> DescribeBase()
    {
        var facts = _bases.Describe();
        // Segments say when what is behind the base was received, by a clock that never goes backwards.
        _clock.AtLeast(facts.ReceivedAt);
        return new(Event.NewArchive(ArchiveEvent.NewBaseDescribed(facts)));
    }

    public ValueTask<Event?> FetchBase(string file)
    {
        _bases.Fetch(file);
        return default;
    }

    public async ValueTask<Event?> Close()
    {
        await IdleAsync().ConfigureAwait(false);
        try
        {
            await Task.Run(CompleteSegment).ConfigureAwait(false);
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            ClosingTrouble = FileTroubles.Of(exception);
        }

        _bases.RemoveUnlisted();
        CloseSegment();
        Unlock();
        return null;
    }

    void CompleteSegment()
    {
        if (_segment is { } open)
            Locked.Watch(open.Complete);
    }

    // Nothing is done in the background any more. Failures were reported.
    async Task IdleAsync()
    {
        await _bases.CancelAsync().ConfigureAwait(false);
        await _steps.Idle.ConfigureAwait(false);
    }

    /// <summary>Closes what is open. What is written stays as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        await IdleAsync().ConfigureAwait(false);
        CloseSegment();
        Unlock();
        _bases.Dispose();
    }

    // A folder that was refused is left as it was found.
    void Unlock()
    {
        var held = _lock;
        _lock = null;
        if (_isArchive)
            held?.Dispose();
        else
            held?.Withdraw();
    }

    void CloseSegment()
    {
        _segment?.Dispose();
        _segment = null;
    }

    string PathOf(string file) => Path.Combine(_folder, file);

    ArchiveLock Locked => _lock ?? throw new InvalidOperationException("The archive is not locked.");

    SegmentFile Segment => _segment ?? throw new InvalidOperationException("No segment is open.");

    ReceiveWindow Window => _window ?? throw new InvalidOperationException("Nothing is received.");
}
