using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>
/// The pending entries of a group: a command that hands one to its consumer needs what the group knows of it. They come
/// before the consumers, so all of them are kept.
/// </summary>
sealed class PendingEntries
{
    readonly List<Pending> _entries = [];
    bool _isSorted = true;

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        _entries.Clear();
        _isSorted = true;
    }

    /// <summary>Adds one.</summary>
    public void Add(StreamId id, long time, long count)
    {
        var entry = new Pending(id.Milliseconds, id.Sequence, time, count);
        _isSorted &= _entries.Count == 0 || _entries[^1].CompareTo(entry) < 0;
        _entries.Add(entry);
    }

    /// <summary>When an entry was delivered last, and how often in all. Null: the group does not have it.</summary>
    public (long Time, long Count)? Find(StreamId id)
    {
        // Servers keep them in the order of their ids, and so are they saved.
        if (!_isSorted)
        {
            _entries.Sort();
            _isSorted = true;
        }

        var index = _entries.BinarySearch(new(id.Milliseconds, id.Sequence, 0, 0));
        return index < 0 ? null : (_entries[index].Time, _entries[index].Count);
    }

    readonly record struct Pending(ulong Milliseconds, ulong Sequence, long Time, long Count) : IComparable<Pending>
    {
        public int CompareTo(Pending other)
        {
            var first = Milliseconds.CompareTo(other.Milliseconds);
            return first != 0 ? first : Sequence.CompareTo(other.Sequence);
        }
    }
}
