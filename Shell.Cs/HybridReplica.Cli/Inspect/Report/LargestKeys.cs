namespace HybridReplica.Cli.Inspect.Report;

/// <summary>One of the largest keys.</summary>
/// <param name="Key">The key, or its first bytes.</param>
/// <param name="IsCut">Whether the key is longer.</param>
/// <param name="Facts">What there is to say of it.</param>
sealed record LargeKey(byte[] Key, bool IsCut, EntryFacts Facts);

/// <summary>The keys that are largest in some way. Of equals the first ones stay.</summary>
/// <param name="most">How many of them.</param>
sealed class LargestKeys(int most)
{
    readonly PriorityQueue<LargeKey, (long Size, long Age)> _keys = new();
    long _seen;

    /// <summary>The keys, from the largest to the smallest.</summary>
    public IReadOnlyList<LargeKey> Keys =>
        [.. _keys.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => item.Element)];

    /// <summary>Keeps a key, if it is large enough.</summary>
    public void Add(KeyBuffer key, in EntryFacts facts, long size)
    {
        var priority = (size, -_seen++);
        if (_keys.Count >= most && !(_keys.TryPeek(out _, out var smallest) && priority.CompareTo(smallest) > 0))
            return;

        if (_keys.Count >= most)
            _keys.Dequeue();
        _keys.Enqueue(new(key.Bytes.ToArray(), key.IsCut, facts), priority);
    }
}
