using HybridReplica.Core;
using Microsoft.FSharp.Core;

namespace HybridReplica;

/// <summary>The loop's end of the way to the consumer: what was received, and what is to be said about it.</summary>
sealed class Delivery(StreamBuffer<Told> buffer, Mailbox mailbox, TimeProvider time, FollowMetrics metrics)
{
    bool _isFull;

    /// <summary>
    /// Hands over bytes of the stream, or of the snapshot in front of it. Null: there is room for more.
    /// </summary>
    public Event? Deliver(ReadOnlySpan<byte> bytes)
    {
        metrics.Received(bytes.Length);
        var trouble = buffer.Append(bytes, time.GetUtcNow());
        if (!buffer.IsFull || _isFull)
            return null;

        _isFull = true;
        mailbox.PostLater(DrainedAsync(buffer.Drained));
        return Event.NewSpoolFilled(
            trouble is null ? FSharpValueOption<FileTrouble>.None : FSharpValueOption<FileTrouble>.Some(trouble)
        );
    }

    /// <summary>Hands over a notice, behind all that was handed over before.</summary>
    public void Tell(Notice notice)
    {
        metrics.Told(notice);
        buffer.Add(new(notice, time.GetUtcNow()));
    }

    async ValueTask<Event> DrainedAsync(Task drained)
    {
        await drained.ConfigureAwait(false);
        _isFull = false;
        return Event.SpoolDrained;
    }
}

/// <summary>A notice, and when it was given.</summary>
readonly record struct Told(Notice Notice, DateTimeOffset At);
