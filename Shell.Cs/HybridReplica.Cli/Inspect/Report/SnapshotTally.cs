namespace HybridReplica.Cli.Inspect.Report;

/// <summary>Counts the keys of a snapshot in every way that a report shows. Its memory is bounded.</summary>
sealed class SnapshotTally(ReportOptions options)
{
    /// <summary>How many databases are counted one by one. Servers have sixteen, unless they are told.</summary>
    public const int MostDatabases = 1024;

    /// <summary>The number that the databases beyond those are counted under.</summary>
    public const int OtherDatabases = -1;

    readonly Dictionary<int, Tally> _databases = [];
    readonly Dictionary<(string Type, string Encoding), Tally> _encodings = [];
    (string Type, string Encoding) _lastEncoding = ("", "");
    Tally _lastTally = new();

    /// <summary>All keys.</summary>
    public Tally Total { get; } = new();

    /// <summary>The keys of each database, by number.</summary>
    public IReadOnlyDictionary<int, Tally> Databases => _databases;

    /// <summary>The keys of each type and encoding.</summary>
    public IReadOnlyDictionary<(string Type, string Encoding), Tally> Encodings => _encodings;

    /// <summary>The keys by how they begin.</summary>
    public PrefixTree Prefixes { get; } = new(options.Separators);

    /// <summary>The keys by when they expire.</summary>
    public ExpiryTally Expiry { get; } = new(options.Now);

    /// <summary>Those with the most bytes.</summary>
    public LargestKeys MostBytes { get; } = new(options.Largest);

    /// <summary>The collections with the most elements.</summary>
    public LargestKeys MostElements { get; } = new(options.Largest);

    /// <summary>The keys of each type.</summary>
    public IReadOnlyDictionary<string, Tally> Types()
    {
        var types = new Dictionary<string, Tally>();
        foreach (var ((type, _), tally) in _encodings)
        {
            if (!types.TryGetValue(type, out var sum))
                types.Add(type, sum = new());
            sum.Add(tally);
        }

        return types;
    }

    /// <summary>Counts a key.</summary>
    public void Add(KeyBuffer key, in EntryFacts facts)
    {
        Total.Add(facts.Bytes, facts.Elements);
        OfDatabase(facts.Database).Add(facts.Bytes, facts.Elements);
        OfEncoding((facts.Type, facts.Encoding)).Add(facts.Bytes, facts.Elements);
        Prefixes.Add(key.Bytes, key.IsCut, facts.Bytes);
        Expiry.Add(facts.Expiry, facts.Bytes);
        MostBytes.Add(key, facts, facts.Bytes);
        if (facts.Elements is { } elements)
            MostElements.Add(key, facts, elements);
    }

    Tally OfDatabase(int database)
    {
        if (_databases.TryGetValue(database, out var tally))
            return tally;

        var counted = _databases.Count < MostDatabases ? database : OtherDatabases;
        if (!_databases.TryGetValue(counted, out tally))
            _databases.Add(counted, tally = new());
        return tally;
    }

    // Keys of one kind often follow each other.
    Tally OfEncoding((string Type, string Encoding) encoding)
    {
        if (encoding == _lastEncoding)
            return _lastTally;

        if (!_encodings.TryGetValue(encoding, out var tally))
            _encodings.Add(encoding, tally = new());
        (_lastEncoding, _lastTally) = (encoding, tally);
        return tally;
    }
}
