using System.Globalization;
using HybridReplica.Core;
using Microsoft.FSharp.Core;

namespace HybridReplica.Cli.Archive;

/// <summary>A moment of an archive, as somebody asked for it.</summary>
abstract record WantedMoment
{
    /// <summary>One that is known by its offset or its time, or as the newest.</summary>
    public sealed record At(Moment Moment) : WantedMoment;

    /// <summary>The one before a command, which has to be found first.</summary>
    /// <param name="Command">Its name, and perhaps its first arguments, as on a command line.</param>
    /// <param name="Nth">Which of them, counted from the end; 1 is the last.</param>
    public sealed record Before(string Command, int Nth) : WantedMoment;

    /// <summary>Reads an offset: N, or ID:N.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="option">The option it was written for.</param>
    /// <exception cref="UsageException">It is none.</exception>
    public static Moment ReadOffset(string text, string option)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
            return Moment.NewToOffset(FSharpValueOption<ReplicationId>.None, bytes);
        // What follows in a position that is shown elsewhere, its database, is no part of the moment.
        if (Position.TryParse(text) is { IsValueSome: true, Value: var position })
            return Moment.NewToOffset(FSharpValueOption<ReplicationId>.Some(position.Id), position.Offset.Bytes);

        throw new UsageException($"{option} takes an offset, or ID:OFFSET with an id of 40 characters, not {text}");
    }
}
