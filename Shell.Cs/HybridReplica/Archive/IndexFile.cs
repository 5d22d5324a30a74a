using System.Buffers.Binary;
using HybridReplica.Core;
using Microsoft.Win32.SafeHandles;

namespace HybridReplica;

/// <summary>The index beside a segment: it only grows, entry by entry.</summary>
/// <remarks>All exceptions are those that <see cref="FileTroubles"/> knows.</remarks>
sealed class IndexFile : IDisposable
{
    readonly SafeFileHandle _file;
    readonly byte[] _entry = new byte[ArchiveIndex.EntrySize];
    long _length;
    ulong _check;

    IndexFile(SafeFileHandle file, long length, ulong check, in IndexEntry last)
    {
        _file = file;
        _length = length;
        _check = check;
        Last = last;
    }

    /// <summary>The last entry.</summary>
    public IndexEntry Last { get; private set; }

    /// <summary>Creates an index with its first entry.</summary>
    public static IndexFile Create(string path, in IndexEntry first)
    {
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var header = new byte[ArchiveIndex.HeaderSize];
            var check = ArchiveIndex.WriteHeader(header);
            RandomAccess.Write(file, header, fileOffset: 0);
            var index = new IndexFile(file, header.Length, check, default);
            index.Add(first);
            return index;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens an index, and cuts it behind an entry.</summary>
    /// <param name="path">The full path of its file.</param>
    /// <param name="bytes">What is in it.</param>
    /// <param name="count">How many of its entries are kept, at least one.</param>
    /// <param name="last">The last of them.</param>
    public static IndexFile Open(string path, ReadOnlySpan<byte> bytes, int count, in IndexEntry last)
    {
        var length = ArchiveIndex.HeaderSize + (count * ArchiveIndex.EntrySize);
        // An entry ends in its check.
        var check = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(length - sizeof(ulong))..]);
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            RandomAccess.SetLength(file, length);
            return new(file, length, check, last);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Adds an entry.</summary>
    public void Add(in IndexEntry entry)
    {
        var check = ArchiveIndex.Write(entry, _check, _entry);
        RandomAccess.Write(_file, _entry, _length);
        _length += _entry.Length;
        _check = check;
        Last = entry;
    }

    /// <summary>Writes all of it once more, as it is: the next flush is about all of it.</summary>
    public void WriteAgain() => SegmentReading.WriteAgain(_file, _length);

    /// <summary>Makes sure that all of it is on disk.</summary>
    public void Flush() => FileSync.Run(_file);

    /// <summary>Closes it.</summary>
    public void Dispose() => _file.Dispose();
}
