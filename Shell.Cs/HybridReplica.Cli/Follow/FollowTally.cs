using HybridReplica.Core;

namespace HybridReplica.Cli.Follow;

/// <summary>How a run stands, for whoever watches it, and for the summary. Others may read it meanwhile.</summary>
sealed class FollowTally
{
    long _commands;
    long _offset;

    /// <summary>What is going on, in words for people.</summary>
    public string State { get; set; } = "connecting";

    /// <summary>How many commands were written.</summary>
    public long Commands => Volatile.Read(ref _commands);

    /// <summary>The offset that was reached, in bytes of the master's history.</summary>
    public long Offset => Volatile.Read(ref _offset);

    /// <summary>How many snapshots took the place of everything before.</summary>
    public int FullResyncs { get; set; }

    /// <summary>How often the stream went on where it was.</summary>
    public int PartialResyncs { get; set; }

    /// <summary>A command was written.</summary>
    public void CountCommand() => Volatile.Write(ref _commands, _commands + 1);

    /// <summary>The stream was read up to here.</summary>
    public void Reach(long offset) => Volatile.Write(ref _offset, offset);
}

/// <summary>Why a run came to its end.</summary>
enum FollowReason
{
    /// <summary>Somebody interrupted it.</summary>
    Interrupted,

    /// <summary>As many commands as wanted were written.</summary>
    Limit,

    /// <summary>The offset that was wanted is reached.</summary>
    Offset,

    /// <summary>The time is over.</summary>
    Time,
}

/// <summary>How a run came to its end.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Position">The position that was reached. Null: none.</param>
/// <param name="Duration">How long it took.</param>
sealed record FollowEnd(FollowReason Reason, Position? Position, TimeSpan Duration);
