using System.Text;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A segment on its way into a restored folder.</summary>
/// <param name="source">The segment.</param>
/// <param name="end">The byte of its file at which it is cut.</param>
/// <param name="target">Where it goes.</param>
/// <param name="count">Called for bytes that were read.</param>
sealed class SegmentCopy(StoredSegment source, long end, RestoredFile target, Action<int> count)
{
    const int BufferSize = 1 << 20;

    static readonly byte[] LineEnd = "\r\n"u8.ToArray();

    readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    readonly SegmentChecksum _checksum = new(source.Segment.File, source.Entries, count);

    /// <summary>Copies it as it is.</summary>
    /// <exception cref="ArchiveException">It is not what was archived, or cannot be copied.</exception>
    public void Plainly()
    {
        for (long at = 0; at < end; )
            at += Checked(at, end, target);
        CheckBehind();
    }

    /// <summary>
    /// Copies it, and rewrites the commands that say how long a key lives (<see cref="ExpiryRewriting"/>).
    /// </summary>
    /// <returns>How many commands were rewritten.</returns>
    /// <exception cref="ArchiveException">As for <see cref="Plainly"/>.</exception>
    public long WithExpiry()
    {
        var reader = source.ReaderFrom(-1, end, checksum: _checksum);
        var rewritten = 0L;
        // What is left as it is goes in one piece, up to the next command that is not.
        var from = 0L;
        while (reader.Next())
        {
            if (Rewrite(reader) is not { } words)
                continue;
            Through(reader, from, reader.Before.Byte);
            Write(reader, words);
            from = reader.Scan.Byte;
            rewritten++;
        }

        Through(reader, from, end);
        CheckBehind();
        return rewritten;
    }

    List<RewrittenWord>? Rewrite(CommandReader reader)
    {
        Span<byte> room = stackalloc byte[ExpiryRewriting.LongestWord];
        if (
            reader.Scan.Part != SegmentPart.Command
            || reader.KnownWords < reader.Scan.Words
            || reader.WordLength(0) > room.Length
            || !ExpiryRewriting.IsCandidate(reader.Word(0, room))
            || source.TimeAt(reader) is not { } receivedAt
        )
            return null;

        var words = new string[reader.KnownWords];
        for (var index = 0; index < words.Length; index++)
            words[index] =
                reader.WordLength(index) > room.Length ? "" : Encoding.Latin1.GetString(reader.Word(index, room));

        var rewritten = ExpiryRewriting.TryRewrite(receivedAt, words);
        return rewritten.IsSome ? [.. rewritten.Value] : null;
    }

    void Write(CommandReader reader, List<RewrittenWord> words)
    {
        target.Write(Encoding.Latin1.GetBytes($"*{words.Count}\r\n"));
        foreach (var word in words)
        {
            if (word is RewrittenWord.Text { text: var text })
            {
                target.Write(Encoding.Latin1.GetBytes($"${text.Length}\r\n{text}\r\n"));
            }
            else if (word is RewrittenWord.Kept { index: var index })
            {
                var length = reader.WordLength(index);
                target.Write(Encoding.Latin1.GetBytes($"${length}\r\n"));
                Through(reader, reader.WordByte(index), reader.WordByte(index) + length);
                target.Write(LineEnd);
            }
        }
    }

    // What the reader has read, and so has been checked.
    void Through(CommandReader reader, long from, long to)
    {
        while (from < to)
        {
            var bytes = _buffer.AsSpan(0, (int)Math.Min(to - from, _buffer.Length));
            reader.Copy(from, bytes);
            target.Write(bytes);
            from += bytes.Length;
        }
    }

    // The last bytes in front of the cut are checked by the first entry of the index behind it.
    void CheckBehind()
    {
        var entry = _checksum.EntryBehind(end) ?? end;
        for (var at = end; at < entry; )
            at += Checked(at, entry, target: null);
    }

    int Checked(long at, long to, RestoredFile? target)
    {
        var room = _buffer.AsSpan(0, (int)Math.Min(to - at, _buffer.Length));
        var read = source.File.Read(room, at);
        if (read == 0)
            throw new ArchiveException(
                ArchiveFault.NewSegmentDamaged(source.Segment.File, at, SegmentDamage.EndsInside)
            );

        _checksum.Advance(room[..read]);
        target?.Write(room[..read]);
        return read;
    }
}
