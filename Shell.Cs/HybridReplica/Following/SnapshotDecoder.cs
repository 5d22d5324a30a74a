using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// The consumer's end of the way from the loop while a snapshot comes: turns its bytes into entries.
/// </summary>
/// <remarks>
/// A snapshot that cannot be read is taken to its end all the same. Only then it is known whether it is what the master
/// sent; and if it is not, another one comes.
/// </remarks>
/// <param name="buffer">Where the bytes come from.</param>
/// <param name="entryLimit">Entries larger than this, in bytes, are handed out in parts.</param>
sealed class SnapshotDecoder(StreamBuffer<Told> buffer, int entryLimit)
{
    readonly RdbReaderOptions _options = new RdbReaderOptions { EntryLimit = entryLimit }.ForEntries();
    readonly List<byte> _function = [];
    RdbFeed? _feed;
    RdbEntryFinder? _entries;
    byte[]? _rest;

    /// <summary>Whether the bytes that come next are those of a snapshot.</summary>
    public bool IsReading => _feed is not null;

    /// <summary>A snapshot begins.</summary>
    public void Begin()
    {
        _feed = new(_options);
        _entries = new(_feed, entryLimit);
        _rest = null;
        _function.Clear();
    }

    /// <summary>The snapshot is over, or will not come to its end.</summary>
    /// <returns>Why it could not be read to its end. Null: it was.</returns>
    public RdbFault? End()
    {
        if (_feed is not { } feed)
            return null;

        if (_rest is null)
        {
            feed.Complete();
            feed.Next();
        }

        _feed = null;
        _entries = null;
        _rest = null;
        return feed.Fault;
    }

    /// <summary>The next event in the snapshot. Null: a notice comes first, or there is nothing more yet.</summary>
    public ReplicaEvent? TryNext()
    {
        while (_feed is { } feed && _entries is { } entries)
        {
            switch (_rest is null ? feed.Next() : RdbStep.NeedsMore)
            {
                case RdbStep.Token when EventOf(feed, entries) is { } found:
                    found.ReceivedAt = buffer.ReceivedAt;
                    return found;
                case RdbStep.Token:
                    break;
                case RdbStep.NeedsMore:
                    if (!Fill(feed))
                        return null;
                    break;
                default:
                    // Whatever may follow has no meaning.
                    _rest = new byte[_options.BufferSize];
                    break;
            }
        }

        return null;
    }

    ReplicaEvent? EventOf(RdbFeed feed, RdbEntryFinder entries)
    {
        if (feed.Token.Kind != RdbTokenKind.FunctionLibrary)
            return entries.TryGather() ? new SnapshotEntry(entries.Found) : null;

        _function.AddRange(feed.Text);
        if (!feed.Token.IsLast)
            return null;

        var source = _function.ToArray();
        _function.Clear();
        return new SnapshotFunction(source);
    }

    // Takes more from the buffer. False: there is nothing more to take for now.
    bool Fill(RdbFeed feed)
    {
        if (buffer.BytesBuffered == 0)
            return false;
        if (_rest is not null)
            return buffer.Read(_rest) > 0;

        var count = buffer.Read(feed.Room().Span);
        feed.Commit(count);
        return count > 0;
    }
}
