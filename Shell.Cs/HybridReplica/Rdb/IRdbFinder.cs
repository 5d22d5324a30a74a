using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Finds one kind of thing in an RDB.</summary>
interface IRdbFinder<out T>
{
    /// <summary>What was found last.</summary>
    T Found { get; }

    /// <summary>
    /// Goes on to the next one: there is one (<see cref="RdbStep.Token"/>), or more bytes are needed, or the RDB is
    /// finished, or it failed.
    /// </summary>
    RdbStep Next();
}

/// <summary>Finds everything, in pieces.</summary>
sealed class RdbEventFinder(RdbFeed feed) : IRdbFinder<RdbEvent>
{
    public RdbEvent Found { get; } = new(feed);

    public RdbStep Next() => feed.Next();
}

/// <summary>Finds whole entries, and parts of those that are large.</summary>
sealed class RdbEntryFinder(RdbFeed feed, long limit) : IRdbFinder<RdbEntry>
{
    EntryAssembly _assembly = EntryAssembly.Empty(limit);

    public RdbEntry Found { get; private set; } = null!;

    public RdbStep Next()
    {
        RdbStep step;
        do step = feed.Next();
        while (step == RdbStep.Token && !TryGather());
        return step;
    }

    /// <summary>Adds the last token of the feed. True: with that an entry, or a part of one, is found.</summary>
    public bool TryGather()
    {
        if (feed.Gather(ref _assembly) is not { } entry)
            return false;

        Found = entry;
        return true;
    }
}
