using HybridReplica.Core;
using Microsoft.FSharp.Core;

namespace HybridReplica;

/// <summary>Looks for commands in an archive.</summary>
/// <param name="files">The files of the archive.</param>
/// <param name="look">What it holds.</param>
/// <param name="cancellationToken">Stops it.</param>
sealed class CommandSearch(ArchiveFolderAccess files, ArchiveLook look, CancellationToken cancellationToken)
{
    readonly RestorePart[] _stream = [.. Restoring.Stream(look.Found)];

    /// <summary>The command that fits and is so far from the end, counted from 1. Null: there are too few.</summary>
    /// <exception cref="ArchiveException">The archive cannot be read.</exception>
    public ArchivedCommand? Find(CommandPattern pattern, int nth)
    {
        var missing = nth;
        var room = new byte[pattern.LongestWord];
        foreach (var (stored, to) in Backwards(_stream.Length - 1))
        {
            foreach (var stretch in CommandStretch.Backwards(stored, to))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var last = Last(stored, stretch, missing, to, reader => Fits(reader, pattern, room));
                if (last.Count == missing)
                    return last.Peek();
                missing -= last.Count;
            }
        }

        return null;
    }

    /// <summary>So many commands in front of a moment and behind it.</summary>
    /// <exception cref="ArchiveException">The archive cannot be read.</exception>
    public ArchivedCommands Around(ReplicationId id, Offset offset, int count)
    {
        var part = Array.FindLastIndex(
            _stream,
            part =>
                part.Segment.Start.Id.Equals(id)
                && part.Segment.Start.Offset.Bytes <= offset.Bytes
                && offset.Bytes <= part.To.Bytes
        );
        // Behind a base that nothing follows, there are no commands.
        return part < 0
            ? new(id, offset.Bytes, [], [])
            : new(id, offset.Bytes, Before(part, offset.Bytes, count), After(part, offset.Bytes, count));
    }

    List<ArchivedCommand> Before(int part, long offset, int count)
    {
        var found = new List<ArchivedCommand>();
        foreach (var (stored, to) in Backwards(part))
        {
            foreach (var stretch in CommandStretch.Backwards(stored, Math.Min(to, offset)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (found.Count == count)
                    return found;
                var last = Last(stored, stretch, count - found.Count, Math.Min(to, offset), _ => true);
                found.InsertRange(0, last);
            }

            if (stored.Segment.Start.Offset.Bytes != EndBefore(stored.Segment))
                return found;
        }

        return found;
    }

    // Where the part in front of a segment ends, in the same history or not.
    long EndBefore(ArchiveSegment segment)
    {
        var index = Array.FindIndex(_stream, part => part.Segment.File == segment.File);
        return index > 0 ? _stream[index - 1].To.Bytes : -1;
    }

    List<ArchivedCommand> After(int part, long offset, int count)
    {
        var found = new List<ArchivedCommand>();
        long end;
        do
        {
            using var stored = StoredSegment.Open(files, _stream[part].Segment);
            end = _stream[part].To.Bytes;
            foreach (var reader in CommandStretch.From(stored, offset).Commands(ArchivedCommand.MostWords))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (found.Count == count)
                    return found;
                var ended = reader.Scan.Offset.Bytes;
                if (ended > offset && ended <= end)
                    found.Add(ArchivedCommand.Of(reader, stored.TimeAt(reader)));
            }
        } while (++part < _stream.Length && _stream[part].Segment.Start.Offset.Bytes == end);

        return found;
    }

    IEnumerable<(StoredSegment Stored, long To)> Backwards(int part)
    {
        for (; part >= 0; part--)
        {
            using var stored = StoredSegment.Open(files, _stream[part].Segment);
            yield return (stored, _stream[part].To.Bytes);
        }
    }

    // The last ones that fit, and do not reach beyond an offset.
    static Queue<ArchivedCommand> Last(
        StoredSegment stored,
        CommandStretch stretch,
        int count,
        long to,
        Func<CommandReader, bool> fits
    )
    {
        var last = new Queue<ArchivedCommand>();
        foreach (var reader in stretch.Commands(ArchivedCommand.MostWords))
        {
            if (reader.Scan.Offset.Bytes > to || !fits(reader))
                continue;
            if (last.Count == count)
                last.Dequeue();
            last.Enqueue(ArchivedCommand.Of(reader, stored.TimeAt(reader)));
        }

        return last;
    }

    static bool Fits(CommandReader reader, CommandPattern pattern, byte[] room)
    {
        if (reader.KnownWords < pattern.Count)
            return false;

        for (var index = 0; index < pattern.Count; index++)
        {
            if (reader.WordLength(index) > room.Length || !pattern.Fits(index, reader.Word(index, room)))
                return false;
        }

        return true;
    }
}
