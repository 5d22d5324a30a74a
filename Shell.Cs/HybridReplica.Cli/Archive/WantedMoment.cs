using System.Globalization;
using HybridReplica.Core;

namespace HybridReplica.Cli.Archive;

/// <summary>A moment of an archive, as somebody asked for it.</summary>
abstract record WantedMoment
{
    /// <summary>The newest there is.</summary>
    public sealed record Newest : WantedMoment;

    /// <summary>The one at an offset.</summary>
    /// <param name="Id">The history that it counts in. Null: the newest.</param>
    /// <param name="Bytes">The offset.</param>
    public sealed record AtOffset(ReplicationId? Id, long Bytes) : WantedMoment;

    /// <summary>The one at a time: what was received up to then.</summary>
    /// <param name="Time">The time.</param>
    public sealed record AtTime(DateTimeOffset Time) : WantedMoment;

    /// <summary>The one before a command.</summary>
    /// <param name="Command">Its name, and perhaps its first arguments, as on a command line.</param>
    /// <param name="Nth">Which of them, counted from the end; 1 is the last.</param>
    public sealed record Before(string Command, int Nth) : WantedMoment;

    /// <summary>Reads an offset: N, or ID:N.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="option">The option it was written for.</param>
    /// <exception cref="UsageException">It is none.</exception>
    public static AtOffset ReadOffset(string text, string option)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
            return new(Id: null, bytes);
        // What follows a position shown elsewhere, its database, is as good as the offset alone.
        if (Position.TryParse(text) is { IsValueSome: true, Value: var position })
            return new(position.Id, position.Offset.Bytes);

        throw new UsageException($"{option} takes an offset, or ID:OFFSET with an id of 40 characters, not {text}");
    }
}
