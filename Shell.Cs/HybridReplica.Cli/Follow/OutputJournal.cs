using HybridReplica.Core;

namespace HybridReplica.Cli.Follow;

/// <summary>
/// Keeps the output and the position together: what was written up to a safe place is committed with that place, and
/// what was written behind it can be taken back.
/// </summary>
/// <param name="output">Where the bytes go in the end.</param>
/// <param name="buffer">Where they are before.</param>
/// <param name="store">Where positions are stored. Null: nowhere.</param>
/// <param name="acknowledge">Tells the master how far it is done.</param>
sealed class OutputJournal(
    FollowOutput output,
    OutputBuffer buffer,
    FilePositionStore? store,
    IAcknowledgement acknowledge
)
{
    Position? _safe;
    long _safeLength = output.Length;
    Position? _committed;
    long _committedLength = -1;
    long _lengthAtCommit = output.Length;

    /// <summary>The last place at which following could go on.</summary>
    public Position? Position => _safe;

    /// <summary>How many bytes were written since the last commit.</summary>
    public long Uncommitted => Length - _lengthAtCommit;

    long Length => output.Length + buffer.Length;

    /// <summary>Begins at a position, with the output as it is.</summary>
    public void Begin(Position? position) => (_safe, _safeLength) = (position, Length);

    /// <summary>What was written so far, and no more, belongs to this position.</summary>
    /// <param name="position">The position. Null: unknown.</param>
    public void MarkSafe(Position? position)
    {
        // What has no place of its own waits for the next one that has.
        if (position is not null || _safe is null)
            (_safe, _safeLength) = (position, Length);
    }

    /// <summary>Hands what is buffered to the output.</summary>
    public async ValueTask FlushAsync(CancellationToken stop)
    {
        if (buffer.Length == 0)
            return;

        await output.WriteAsync(buffer.Written, stop);
        buffer.CutTo(0);
    }

    /// <summary>
    /// Brings the output to disk, stores the last safe place with its length, and acknowledges it, in this order.
    /// </summary>
    public async ValueTask CommitAsync(CancellationToken stop)
    {
        await FlushAsync(stop);
        _lengthAtCommit = Length;
        if (_committedLength == _safeLength && Nullable.Equals(_committed, _safe))
            return;

        if (store is not null)
        {
            await output.SyncAsync(stop);
            await store.StoreAsync(new StoredPosition(_safe, output.CanCut ? _safeLength : null), stop);
        }

        // What went into a pipe is somewhere, but nobody knows whether it is on a disk.
        if (store is not null && output.CanCut)
            acknowledge.Durable(_safe);
        else
            acknowledge.Applied(_safe);
        (_committed, _committedLength) = (_safe, _safeLength);
    }

    /// <summary>Takes back what was written behind the last safe place, if that can be done.</summary>
    public bool TryCut()
    {
        if (_safeLength >= output.Length)
        {
            buffer.CutTo((int)(_safeLength - output.Length));
            return true;
        }

        if (!output.CanCut)
            return false;

        buffer.CutTo(0);
        output.CutTo(_safeLength);
        return true;
    }
}

/// <summary>How far a consumer is, told to the master.</summary>
interface IAcknowledgement
{
    /// <summary>Everything up to there has been dealt with.</summary>
    void Applied(Position? position);

    /// <summary>Everything up to there is on disk.</summary>
    void Durable(Position? position);
}
