using HybridReplica.Core;

namespace HybridReplica;

/// <summary>The numbers of one archive that is written: counted as things happen, worked out when somebody asks.
/// </summary>
/// <remarks>Each field has one thread at a time that writes it, and any thread may read.</remarks>
sealed class ArchiveMetrics : IReplicaObserver, IDisposable
{
    readonly TimeProvider _time;
    State? _state;
    long _bytes;
    long _sealed;
    long _bases;

    /// <param name="master">The master's address, without user and password.</param>
    /// <param name="time">The clock.</param>
    public ArchiveMetrics(string master, TimeProvider time)
    {
        Master = new("master", master);
        _time = time;
        ReplicaMeter.Add(this);
    }

    /// <summary>The tag of all its measurements.</summary>
    public KeyValuePair<string, object?> Master { get; }

    /// <summary>For the loop: something happened.</summary>
    public void Observe(Event happened, State state, IReadOnlyList<Command> commands) =>
        Volatile.Write(ref _state, state);

    /// <summary>So many bytes of the stream were appended.</summary>
    public void Appended(int bytes) => Volatile.Write(ref _bytes, _bytes + bytes);

    /// <summary>A segment was sealed.</summary>
    public void Sealed() => Volatile.Write(ref _sealed, _sealed + 1);

    /// <summary>A base was received.</summary>
    public void BaseReceived() => Interlocked.Increment(ref _bases);

    /// <summary>Syncs, and measures how long that takes.</summary>
    public void Sync(Action sync)
    {
        var start = _time.GetTimestamp();
        sync();
        ReplicaMeter.Synced(_time.GetElapsedTime(start), Master);
    }

    /// <summary>Bytes of the stream appended.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Segments sealed.</summary>
    public long SegmentsSealed => Volatile.Read(ref _sealed);

    /// <summary>Bases received.</summary>
    public long BasesReceived => Interlocked.Read(ref _bases);

    /// <summary>The offset up to which was written. Null: nothing was.</summary>
    public long? OffsetWritten => Status?.Written?.Offset.Bytes;

    /// <summary>The offset up to which is known to be on disk. Null: nobody knows.</summary>
    public long? OffsetSynced => Status?.SyncedOffset;

    /// <summary>
    /// What is written and not known to be on disk, in bytes. Null: nothing is written, or nobody knows.
    /// </summary>
    public long? Lag => OffsetWritten - OffsetSynced is { } lag ? Math.Max(0, lag) : null;

    /// <summary>How things stand now. Null: nothing has happened yet.</summary>
    public ArchiveStatus? Status => Volatile.Read(ref _state) is { } state ? ArchiveStatuses.Of(state, Bytes) : null;

    /// <summary>Takes the archive out of the metrics: one that is not written is not reported.</summary>
    public void Dispose() => ReplicaMeter.Remove(this);
}
