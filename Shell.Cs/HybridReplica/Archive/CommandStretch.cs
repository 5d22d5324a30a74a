using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A stretch of a segment between two marks, which can be read without what is in front of it.</summary>
/// <param name="stored">The segment.</param>
/// <param name="mark">The mark in front of it, or -1 if none is.</param>
/// <param name="end">The byte of the file at which it ends.</param>
sealed class CommandStretch(StoredSegment stored, int mark, long end)
{
    // What is read at once is worth the memory it is read into.
    const int Size = 1 << 20;

    /// <summary>All stretches of a segment up to an offset, and a little more, the last one first.</summary>
    public static IEnumerable<CommandStretch> Backwards(StoredSegment stored, long offset)
    {
        var last = ArchiveIndex.LastAtOrBefore(stored.Marks, Offset.NewOffset(offset - 1));
        var end = last + 1 < stored.Marks.Length ? stored.Marks[last + 1].Byte : stored.End.Byte;
        for (var mark = last; mark >= -1; mark--)
        {
            var start = mark < 0 ? 0 : stored.Marks[mark].Byte;
            if (mark >= 0 && end - start < Size)
                continue;
            yield return new(stored, mark, end);
            end = start;
        }
    }

    /// <summary>What is behind the mark in front of an offset.</summary>
    public static CommandStretch From(StoredSegment stored, long offset) =>
        new(stored, ArchiveIndex.LastAtOrBefore(stored.Marks, Offset.NewOffset(offset)), stored.End.Byte);

    /// <summary>Its commands, as the reader stands behind each of them.</summary>
    /// <exception cref="ArchiveException">It cannot be read.</exception>
    public IEnumerable<CommandReader> Commands(int words)
    {
        var reader = stored.ReaderFrom(mark, end, words);
        while (reader.Next())
        {
            if (reader.Scan.Part == SegmentPart.Command)
                yield return reader;
        }
    }
}
