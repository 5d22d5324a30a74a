using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Reads the index beside a segment, entry after entry, in little memory.</summary>
/// <param name="file">The index.</param>
sealed class IndexReader(ArchiveFileReader file)
{
    ulong _check;
    long _at;

    /// <summary>The first byte that is not what was written. Null: there was none so far.</summary>
    public long? DamagedAt { get; private set; }

    /// <summary>Where the damage that was found last ends.</summary>
    public long DamagedUntil { get; private set; }

    /// <summary>Whether it ends in the middle of its header or of an entry.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Goes on to the next entry that is what was written. False: there are no more.</summary>
    public bool TryNext(out IndexEntry entry)
    {
        if (_at == 0)
            ReadHeader();

        while (!IsTorn)
        {
            var window = file.Window(_at, _at + ArchiveIndex.EntrySize);
            if (window.Length < ArchiveIndex.EntrySize)
            {
                IsTorn = window.Length > 0;
                break;
            }

            var isWhole = ArchiveIndex.TryRead(window, ref _check, out entry);
            _at += ArchiveIndex.EntrySize;
            if (isWhole)
                return true;
            Damaged(_at - ArchiveIndex.EntrySize);
        }

        entry = default;
        return false;
    }

    // An entry is checked with what stands in front of it, so that the one behind a damaged one can be read again.
    void ReadHeader()
    {
        var header = file.Window(0, ArchiveIndex.HeaderSize);
        if (!ArchiveIndex.TryReadHeader(header, out _check))
        {
            IsTorn = header.Length < ArchiveIndex.HeaderSize;
            _at = header.Length;
            if (!IsTorn)
                Damaged(0);
        }

        _at = ArchiveIndex.HeaderSize;
    }

    void Damaged(long at)
    {
        DamagedAt ??= at;
        DamagedUntil = _at;
    }

    /// <summary>
    /// The first and the last entry of an index, without reading those between them. Null: they cannot be read.
    /// </summary>
    public static (IndexEntry? First, IndexEntry? Last) Edges(ArchiveFileReader file)
    {
        var reader = new IndexReader(file);
        IndexEntry? first = reader.TryNext(out var entry) && reader.DamagedAt is null ? entry : null;
        var count = (file.Length - ArchiveIndex.HeaderSize) / ArchiveIndex.EntrySize;
        // The one that is written now may not be whole.
        for (var index = count - 1; index >= Math.Max(0, count - 2); index--)
        {
            if (At(file, index) is { } last)
                return (first, last);
        }

        return (first, first);
    }

    static IndexEntry? At(ArchiveFileReader file, long index)
    {
        var at = ArchiveIndex.HeaderSize + index * ArchiveIndex.EntrySize;
        var before = index == 0 ? ArchiveIndex.HeaderSize : ArchiveIndex.EntrySize;
        var window = file.Window(at - before, at + ArchiveIndex.EntrySize);
        if (window.Length < before + ArchiveIndex.EntrySize)
            return null;

        var entry = ArchiveIndex.ReadLast(window[..before], window[before..]);
        return entry.IsSome ? entry.Value : null;
    }
}
